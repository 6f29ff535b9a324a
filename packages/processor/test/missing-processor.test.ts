import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../test/support/tracing.ts'

const missing = () => processStats().problems['processor:missing'] ?? 0

/** Whether it was reported while `run` ran. */
async function isReported(run: () => unknown): Promise<boolean> {
  const before = missing()
  await run()
  return missing() > before
}

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterEach(stopTracing)

const scope = (fn: () => void = () => {}) => usingSession('user_1_conv_1', fn)

const providerOf = (...spanProcessors: SpanProcessor[]) => new BasicTracerProvider({ spanProcessors })

const stock = () => new SimpleSpanProcessor(new InMemorySpanExporter())

const ours = () => new SimpleSpanProcessor(new SessionSpanExporter<ReadableSpan>(new InMemorySpanExporter()))

const register = (provider: BasicTracerProvider) => {
  trace.setGlobalTracerProvider(provider)
  return provider
}

describe('a SessionSpanProcessor that is missing', () => {
  // The first of this file, because it is logged once.
  it('is logged once with the remedy, though no processor was ever made', async () => {
    const warnings = collectWarnings()
    // A processor that this package does not know.
    register(providerOf({ ...stock(), onStart() {}, onEnd() {} } as never))
    const tracer = trace.getTracer('test')
    scope(() => tracer.startSpan('span').end())
    scope(() => tracer.startSpan('span').end())
    expect(missing()).toBe(2)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('spanProcessors: [new SessionSpanProcessor(), …]')
  })

  it('is counted by the first scope after a provider is registered', async () => {
    expect(await isReported(scope)).toBe(false)
    register(providerOf(stock()))
    expect(await isReported(scope)).toBe(true)
  })

  it.each([
    ['no processor', () => providerOf()],
    ['a stock processor', () => providerOf(stock())],
    ['several', () => providerOf(stock(), new BatchSpanProcessor(new InMemorySpanExporter()))],
  ])('is counted where another provider has one, and the registered one has %s', async (_, make) => {
    providerOf(new SessionSpanProcessor())
    const provider = register(make())
    expect(await isReported(scope)).toBe(true)
    await provider.shutdown()
  })

  it('is counted by the exporter, without a registered provider', async () => {
    const tracer = providerOf(ours()).getTracer('test')
    expect(await isReported(() => scope(() => tracer.startSpan('span').end()))).toBe(true)
  })

  it('is counted by a scope below one of its spans', async () => {
    const tracer = providerOf(stock()).getTracer('test')
    const run = () =>
      tracer.startActiveSpan('server', (server) => {
        scope()
        server.end()
      })
    expect(await isReported(run)).toBe(true)
  })
})

describe('nothing is reported', () => {
  it('while no provider is registered, and with one that does nothing', async () => {
    expect(await isReported(scope)).toBe(false)
    trace.setGlobalTracerProvider({ getTracer: () => trace.getTracer('noop') })
    expect(await isReported(scope)).toBe(false)
  })

  it.each([
    ['in a scope without a span', () => {}],
    ['in a scope with one', () => trace.getTracer('test').startSpan('span').end()],
  ])('with a SessionSpanProcessor, %s', async (_, fn) => {
    register(providerOf(new SessionSpanProcessor(), ours()))
    expect(await isReported(() => scope(fn))).toBe(false)
    expect(await isReported(() => trace.getTracer('test').startActiveSpan('root', () => scope(fn)))).toBe(
      false,
    )
  })

  it('for spans that are not sampled', async () => {
    const spanProcessors = [new SessionSpanProcessor(), ours()]
    register(new BasicTracerProvider({ spanProcessors, sampler: new AlwaysOffSampler() }))
    const run = () => trace.getTracer('test').startActiveSpan('root', () => scope())
    expect(await isReported(run)).toBe(false)
  })

  it('with a processor that may wrap a SessionSpanProcessor', async () => {
    const processor = new SessionSpanProcessor()
    class Wrapper {
      onStart = processor.onStart.bind(processor)
      onEnd = processor.onEnd.bind(processor)
      forceFlush = () => processor.forceFlush()
      shutdown = () => processor.shutdown()
    }
    register(providerOf(new Wrapper(), ours()))
    const tracer = trace.getTracer('test')
    expect(await isReported(scope)).toBe(false)
    expect(await isReported(() => scope(() => tracer.startSpan('span').end()))).toBe(false)
  })

  it('for a span of a provider of its own, where the exporter also gets spans with a session', async () => {
    const exporter = ours()
    const tracer = providerOf(new SessionSpanProcessor(), exporter).getTracer('test')
    const other = providerOf(exporter).getTracer('test')
    expect(await isReported(() => scope(() => tracer.startSpan('span').end()))).toBe(false)
    expect(await isReported(() => other.startSpan('span').end())).toBe(false)
  })
})
