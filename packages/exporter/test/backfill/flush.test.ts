import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type ExportResult, SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { agentTurn, below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_1_conv_1'

const SETUPS = [
  { processor: 'simple', ours: 'first' },
  { processor: 'simple', ours: 'last' },
  { processor: 'batch', ours: 'first' },
  { processor: 'batch', ours: 'last' },
] as const

describe.each(SETUPS)('with a $processor processor, our processor $ours,', (setup) => {
  it('provider.forceFlush exports the waiting spans of an incomplete trace', async () => {
    const { tracer, provider, exported, exporter } = startBackfilling({}, setup)
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    await provider.forceFlush()
    expect(exported()).toEqual({ fetch: undefined })
    expect(exporter.stats().waiting).toBe(0)
    root.end()
    await provider.shutdown()
  })

  it('provider.forceFlush exports the waiting spans of a complete trace with its session', async () => {
    const { tracer, provider, exported, exporter } = startBackfilling({}, setup)
    agentTurn(tracer, A)
    await provider.forceFlush()
    expect(exported()).toEqual({ fetch: A, query: A, agent: A, 'POST /chat': A })
    expect(exporter.stats()).toMatchObject({ waiting: 0, notBackfilled: {} })
  })

  it('spans that end after a flush wait again', async () => {
    const { tracer, provider, exported } = startBackfilling({}, setup)
    const root = tracer.startSpan('root')
    below(root, tracer, 'before').end()
    await provider.forceFlush()
    below(root, tracer, 'after').end()
    root.setAttribute('session.id', A)
    root.end()
    await provider.forceFlush()
    expect(exported()).toEqual({ before: undefined, after: A, root: A })
  })

  it('provider.shutdown exports the waiting spans', async () => {
    const { tracer, provider, exported } = startBackfilling({}, setup)
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    agentTurn(tracer, A, 'other ')
    await provider.shutdown()
    expect(exported()).toMatchObject({ fetch: undefined, 'other fetch': A })
  })
})

describe('a flush of the exporter', () => {
  it('exports the waiting spans', async () => {
    const { tracer, exporter, exported } = startBackfilling({})
    below(tracer.startSpan('root'), tracer, 'fetch').end()
    expect(exported()).toEqual({})
    await exporter.forceFlush()
    expect(exported()).toEqual({ fetch: undefined })
  })

  it('exports 1,500 waiting spans within the call if the wrapped exporter answers within its call', async () => {
    const { tracer, exporter, arrived } = startBackfilling({})
    const root = tracer.startSpan('root')
    for (let count = 0; count < 1_500; count++) below(root, tracer, 'fetch').end()
    expect(arrived).toHaveLength(0)
    // A listener of the event `exit` cannot wait.
    const flushed = exporter.forceFlush()
    expect(arrived).toHaveLength(1_500)
    await flushed
  })

  it('exports 16,000 waiting spans in pairs within the call', async () => {
    const { tracer, exporter, arrived } = startBackfilling({ maxSpans: 50_000 })
    const root = tracer.startSpan('root')
    for (let count = 0; count < 8_000; count++) {
      const pair = [below(root, tracer, 'fetch'), below(root, tracer, 'query')]
      exporter.export(pair as unknown as ReadableSpan[], () => {})
    }
    expect(exporter.stats().waiting).toBe(16_000)
    const flushed = exporter.forceFlush()
    expect(arrived).toHaveLength(16_000)
    await flushed
  })

  it('exports the waiting spans before the wrapped exporter is shut down', async () => {
    const { tracer, exporter, exported } = startBackfilling({})
    below(tracer.startSpan('root'), tracer, 'fetch').end()
    await exporter.shutdown()
    expect(exported()).toEqual({ fetch: undefined })
    expect(exporter.stats()).toMatchObject({ failures: {}, notBackfilled: { flush: 1 } })
  })
})

/** A processor with batches of 512, and a wrapped exporter whose answers the test gives. */
function startBatches(ours: 'first' | 'last') {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const calls: {
    spans: readonly ReadableSpan[]
    isTraced: boolean
    answer: (result: ExportResult) => void
  }[] = []
  const exporter = new SessionSpanExporter<ReadableSpan>(
    {
      export: (spans, answer) =>
        void calls.push({ spans, isTraced: tracer.startSpan('request').isRecording(), answer }),
      shutdown: async () => {},
    },
    { backfill: backfill() },
  )
  const batch = new BatchSpanProcessor(exporter, { maxQueueSize: 10_000 })
  const session = new SessionSpanProcessor()
  const provider = new BasicTracerProvider({
    spanProcessors: ours === 'first' ? [session, batch] : [batch, session],
  })
  const tracer = provider.getTracer('test')
  return { calls, provider, exporter, tracer }
}

/** Lets promises settle until a condition holds. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isSo(); turn++) await Promise.resolve()
  expect(isSo()).toBe(true)
}

describe.each([['first'], ['last']] as const)('what waits, our processor %s,', (ours) => {
  it('is exported in batches of at most 512, not traced, and forceFlush waits for the answers', async () => {
    const { calls, provider, exporter, tracer } = startBatches(ours)
    const root = tracer.startSpan('root')
    for (let count = 0; count < 1_300; count++) below(root, tracer, 'fetch').end()
    let isFlushed = false
    const flushed = provider.forceFlush().then(() => {
      isFlushed = true
    })
    for (let answered = 0; answered < 3; answered++) {
      await until(() => calls.length > answered)
      // One after the other: exporters reject too many at a time. The batch processor exports all at once.
      if (ours === 'last') expect(calls).toHaveLength(answered + 1)
      expect(isFlushed).toBe(false)
      calls[answered]?.answer({ code: 0 })
    }
    await flushed
    expect(calls.map(({ spans }) => spans.length)).toEqual([512, 512, 276])
    expect(calls.some(({ isTraced }) => isTraced)).toBe(false)
    expect(exporter.stats()).toMatchObject({ spans: 1_300, waiting: 0 })
    root.end()
  })
})

describe('a batch that backfilled spans make larger', () => {
  it('fails as a whole when one of its requests fails', async () => {
    const { calls, exporter, tracer } = startBatches('last')
    const root = tracer.startSpan('root')
    for (let count = 0; count < 512; count++) below(root, tracer, 'fetch').end()
    expect(exporter.stats()).toMatchObject({ spans: 0, waiting: 512 })
    root.end()
    const results: ExportResult[] = []
    exporter.export([root as unknown as ReadableSpan], (result) => results.push(result))
    const rejected = { code: 1, error: new Error('503') }
    calls[0]?.answer(rejected)
    await until(() => calls.length > 1)
    expect(results).toEqual([])
    calls[1]?.answer({ code: 0 })
    expect(calls.map(({ spans }) => spans.length)).toEqual([512, 1])
    expect(results).toEqual([rejected])
  })
})

describe('a wrapped exporter that rejects backfilled spans', () => {
  it('is counted, and the flush does not reject', async () => {
    const { calls, provider, exporter, tracer } = startBatches('last')
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    const flushed = provider.forceFlush()
    calls[0]?.answer({ code: 1, error: new Error('503') })
    await expect(flushed).resolves.toBeUndefined()
    expect(exporter.stats().failures).toEqual({ result: 1 })
    root.end()
  })

  it('is logged with the name of its error: the message is foreign, and may contain an ID', async () => {
    resetProcessState()
    const warnings = collectWarnings()
    const { calls, provider, tracer } = startBatches('last')
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    const flushed = provider.forceFlush()
    calls[0]?.answer({ code: 1, error: new RangeError(`session ${A} is not accepted`) })
    await flushed
    expect(warnings.join()).toContain('counted in stats().failures: RangeError (logged once)')
    expect(warnings.join()).not.toContain(A)
    root.end()
  })
})
