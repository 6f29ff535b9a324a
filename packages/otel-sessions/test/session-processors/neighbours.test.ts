import type { Span } from '@opentelemetry/api'
import { BatchSpanProcessor, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import fc from 'fast-check'
import { backfill, sessionProcessors } from 'otel-sessions'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { network, Recorder, start, startTrace } from './support.ts'

const many = { backfill: backfill({ maxSpans: 20_000 }) }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  return () => void vi.useRealTimers()
})

/** What the flush of a processor may do. */
const flushes = {
  resolves: async () => {},
  'returns nothing': () => undefined as unknown as Promise<void>,
  rejects: () => Promise.reject(new Error('401')),
  throws: () => {
    throw new Error('not ready')
  },
  'takes 3 s': () => new Promise<void>((resolve) => setTimeout(resolve, 3_000)),
  hangs: () => new Promise<void>(() => {}),
}
type Flush = keyof typeof flushes

/** A processor whose queue is unknown. */
const neighbour = (flush: Flush) => Object.assign(new Recorder(), { forceFlush: flushes[flush] })

/** Lets what answers over the network go on, and time pass slowly beside it. @returns how long it took, in milliseconds */
async function settle(promise: Promise<unknown>): Promise<number> {
  const from = performance.now()
  let isOver = false
  const over = () => {
    isOver = true
  }
  promise.then(over, over)
  while (!isOver && performance.now() - from < 300_000) {
    await new Promise((resolve) => setImmediate(resolve))
    if (!isOver) await vi.advanceTimersByTimeAsync(100)
  }
  expect(isOver).toBe(true)
  const millis = performance.now() - from
  // A flush does not wait for a request that BatchSpanProcessor has made before by itself.
  await new Promise((resolve) => setImmediate(resolve))
  return millis
}

const namesOf = (spans: readonly ReadableSpan[]) => spans.map((span) => span.spanContext().spanId)

describe.each(Object.keys(flushes) as Flush[])('a neighbour whose flush %s', (flush) => {
  test.each(['before', 'behind'] as const)(
    'and that stands %s a BatchSpanProcessor takes none of its 5,002 spans away',
    async (place) => {
      const { exporter, arrived } = network()
      const both = [new BatchSpanProcessor(exporter), neighbour(flush)]
      const { tracer, provider } = start(place === 'before' ? both.reverse() : both, many)
      startTrace(tracer, 5_002).end()
      const millis = await settle(provider.forceFlush())
      expect(new Set(namesOf(arrived)).size).toBe(5_002)
      // The provider has a deadline of 30 s. It is reached if a processor hangs, as without us.
      if (flush !== 'hangs') expect(millis).toBeLessThan(30_000)
    },
  )

  test('does not delay the processors before it', async () => {
    const { exporter, arrived } = network()
    const [, batch, other] = sessionProcessors([new BatchSpanProcessor(exporter), neighbour(flush)], many)
    const { tracer, provider } = start([batch as SpanProcessor, other as SpanProcessor])
    startTrace(tracer, 5_002).end()
    const millis = await settle((batch as SpanProcessor).forceFlush())
    expect([arrived.length, millis < 3_000]).toEqual([5_002, true])
    await settle(provider.shutdown())
  })
})

test('a BatchSpanProcessor whose endpoint rejects a request loses its spans, and no others', async () => {
  const { exporter, arrived, requests } = network()
  const { export: send } = exporter
  exporter.export = (spans, done) => {
    if (requests.length !== 1) return send(spans, done)
    requests.push(spans.length)
    setImmediate(() => done({ code: 1, error: new Error('503') }))
  }
  const { tracer, provider } = start([new BatchSpanProcessor(exporter)], many)
  startTrace(tracer, 8_000).end()
  await settle(provider.forceFlush())
  expect(arrived).toHaveLength(8_000 - (requests[1] as number))
})

test('a processor that hangs is waited for once, not with every trace', async () => {
  const inner = neighbour('hangs')
  const { tracer, processors } = start([inner], many)
  for (const session of ['one', 'two']) startTrace(tracer, 2_000, session).end()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(inner.ended).toHaveLength(4_000)
  startTrace(tracer, 2_000, 'three').end()
  expect(inner.ended).toHaveLength(6_000)
  expect(processors[1]?.stats().session?.waiting).toBe(0)
})

test('a processor that hangs for a while is flushed between bursts again once it answers', async () => {
  const inner = new Recorder()
  let answer = () => {}
  inner.forceFlush = () =>
    new Promise<void>((resolve) => {
      answer = resolve
    })
  const { tracer, provider } = start([inner], many)
  startTrace(tracer, 2_000, 'one').end()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(inner.ended).toHaveLength(2_000)
  answer()
  await vi.advanceTimersByTimeAsync(0)
  startTrace(tracer, 2_000, 'two').end()
  expect(inner.ended).toHaveLength(2_000 + 513)
  await settle(provider.shutdown())
})

test('a BatchSpanProcessor that hangs gets no more than its queue takes: its exporter gets the rest', async () => {
  const sent: ReadableSpan[] = []
  const exporter = { export: (spans: ReadableSpan[]) => void sent.push(...spans), shutdown: async () => {} }
  const { tracer, provider } = start(
    [new BatchSpanProcessor(exporter, { exportTimeoutMillis: 60_000 })],
    many,
  )
  startTrace(tracer, 10_000).end()
  await settle(provider.forceFlush())
  expect(new Set(namesOf(sent)).size).toBe(10_000)
})

test('what a processor gets does not depend on its neighbours', async () => {
  const batches = fc.record({
    queue: fc.constantFrom(8, 64, 512, 2_048),
    batch: fc.constantFrom(1, 32, 512),
  })
  const others = fc.record({
    flush: fc.constantFrom(...(Object.keys(flushes) as Flush[])),
    fails: fc.boolean(),
  })
  const traces = fc.array(fc.constantFrom(2, 30, 600, 2_600), { minLength: 1, maxLength: 2 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(batches, others), { minLength: 1, maxLength: 4 }),
      traces,
      fc.boolean(),
      async (given, sizes, endsAtOnce) => {
        const networks: ReturnType<typeof network>[] = []
        const recorders: Recorder[] = []
        const all = given.map((each) => {
          if ('queue' in each) {
            const made = network()
            networks.push(made)
            const maxExportBatchSize = Math.min(each.batch, each.queue)
            return new BatchSpanProcessor(made.exporter, { maxQueueSize: each.queue, maxExportBatchSize })
          }
          const made = neighbour(each.flush)
          recorders.push(made)
          if (each.fails) {
            made.onEnd = (span) => {
              made.ended.push(span)
              throw new Error('full')
            }
          }
          return made
        })
        const { tracer, provider } = start(all, many)
        const ended: Span[] = []
        for (const [index, size] of sizes.entries()) {
          const root = startTrace(tracer, size, `conv_${index}`)
          if (endsAtOnce) ended.push(root)
          else {
            root.end()
            await settle(provider.forceFlush())
          }
        }
        for (const root of ended) root.end()
        // Not forceFlush: a small queue needs more of them than fit into the deadline of the provider.
        await settle(provider.shutdown())
        const count = sizes.reduce((sum, size) => sum + size, 0)
        for (const got of [
          ...networks.map(({ arrived }) => arrived),
          ...recorders.map((each) => each.ended),
        ]) {
          expect(got).toHaveLength(count)
          expect(new Set(namesOf(got)).size).toBe(count)
          expect(got.every((span) => `${span.attributes['session.id']}`.startsWith('conv_'))).toBe(true)
        }
      },
    ),
    { numRuns: 20 },
  )
}, 60_000)
