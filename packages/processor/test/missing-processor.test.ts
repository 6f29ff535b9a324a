import { EventEmitter } from 'node:events'
import { context, ProxyTracerProvider, ROOT_CONTEXT, trace } from '@opentelemetry/api'
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
import {
  bindSession,
  contextWithoutSession,
  contextWithSession,
  processStats,
  SessionSpanProcessor,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { processState } from '@otel-sessions/semconv/internal'
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

function* generate(run: () => void) {
  yield run()
}

function throwing(run: () => void): never {
  run()
  throw new Error('expected')
}

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
    expect(warnings[0]).toContain('their provider lacks sessionProcessors or SessionSpanProcessor')
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

  describe.each([
    ['in a process without any', false],
    ['where another provider has one', true],
  ])('%s,', (_, hasProcessor) => {
    beforeEach(() => {
      processState().hasProcessor = hasProcessor
    })

    const ID = 'user_1_conv_1'
    const start = () => trace.getTracer('test').startSpan('span').end()
    const makeActive = () => trace.getTracer('test').startActiveSpan('span', (span) => span.end())

    it.each([
      ['a scope', () => usingSession(ID, start)],
      [
        'a scope whose function throws',
        () => expect(() => usingSession(ID, () => throwing(makeActive))).toThrow(),
      ],
      ['a scope that clears the session', () => usingSession(null, start)],
      ['a scope that only adds fields', () => usingSession({ userId: 'user_1' }, start)],
      ['an async scope', () => usingSession(ID, async () => start())],
      ['an async scope that fails', () => usingSession(ID, async () => throwing(start)).catch(() => {})],
      ['a bound function', () => bindSession(start, ID)()],
      ['a bound async function', () => bindSession(async () => start(), ID)()],
      ['a listener of a bound emitter', () => bindSession(new EventEmitter(), ID).on('a', start).emit('a')],
      ['a bound generator', () => bindSession(generate(makeActive), ID).next()],
      ['a context that you manage', () => context.with(contextWithSession(ROOT_CONTEXT, ID), makeActive)],
      [
        'such a context without a session',
        () => context.with(contextWithoutSession(ROOT_CONTEXT), makeActive),
      ],
      ['setSpanSession', () => setSpanSession(trace.getTracer('test').startSpan('span'), ID)],
      ['run of a session object', () => startSession(ID).run(start)],
    ])('is counted by %s', async (_, run) => {
      register(providerOf(stock()))
      expect(await isReported(run)).toBe(true)
    })

    it('is counted by a function that was bound, and in a scope that was entered, before the SDK started', async () => {
      const bound = bindSession(start, ID)
      const inside = contextWithSession(ROOT_CONTEXT, ID)
      const run = async () => {
        await null
        register(providerOf(stock()))
        start()
      }
      expect(await isReported(() => usingSession(ID, run))).toBe(true)
      expect(await isReported(bound)).toBe(true)
      expect(await isReported(() => context.with(inside, makeActive))).toBe(true)
    })

    it('is counted where the registered proxy gets its provider later', async () => {
      const proxy = new ProxyTracerProvider()
      trace.setGlobalTracerProvider(proxy)
      expect(await isReported(scope)).toBe(false)
      proxy.setDelegate(providerOf(stock()))
      expect(await isReported(scope)).toBe(true)
    })

    it('is counted by a span that is made active, without a registered provider', async () => {
      const tracer = providerOf(stock()).getTracer('test')
      const run = () => tracer.startActiveSpan('span', (span) => span.end())
      expect(await isReported(() => bindSession(run, ID)())).toBe(true)
      expect(await isReported(() => context.with(contextWithSession(ROOT_CONTEXT, ID), run))).toBe(true)
    })
  })

  it('is counted at the first span, by a context that lasts for ever, in a process without any', async () => {
    processState().hasProcessor = false
    register(providerOf(stock()))
    const start = () => trace.getTracer('test').startSpan('span').end()
    const inside = contextWithSession(ROOT_CONTEXT, 'user_1_conv_1')
    expect(await isReported(() => context.with(inside, start))).toBe(true)
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
  it.each([
    ['a scope', (run: () => unknown) => usingSession('user_1_conv_1', run)],
    ['a bound function', (run: () => unknown) => bindSession(run, 'user_1_conv_1')()],
    [
      'a context that you manage',
      (run: () => unknown) => context.with(contextWithSession(ROOT_CONTEXT, 'user_1_conv_1'), run),
    ],
  ])(
    'in %s whose spans come from a provider of its own, where the registered one has none',
    async (_, enter) => {
      register(providerOf(stock()))
      const own = providerOf(new SessionSpanProcessor({ defaultSession: false }), stock()).getTracer('own')
      const run = () =>
        enter(async () => {
          trace.getActiveSpan()
          await null
          own.startActiveSpan('span', (span) => span.end())
          trace.getTracer('http').startActiveSpan('request', (span) => span.end())
        })
      expect(await isReported(run)).toBe(false)
    },
  )

  it('for a span that throws when it is looked at', async () => {
    register(providerOf(new SessionSpanProcessor()))
    const broken = { spanContext: () => throwing(() => {}) } as never
    const run = () => trace.setSpan(contextWithSession(ROOT_CONTEXT, 'user_1_conv_1'), broken)
    expect(await isReported(run)).toBe(false)
  })

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
