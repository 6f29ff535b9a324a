import { Readable } from 'node:stream'
import type { Span } from '@opentelemetry/api'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { readRecord } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../../test/support/tracing.ts'
import { startApplication } from '../support.ts'
import { readAll, readOne, SHAPES, startOne, wordsInTime } from './stream-shapes.ts'

afterEach(stopTracing)

const quiet = () => {}

/** Only the processor is shut down: the exporter in memory would drop its spans. */
function startWithShutdown() {
  const ours = new SessionSpanProcessor()
  const application = startApplication({ ours })
  const session = startSession({}, { tracerProvider: application.tracerProvider })
  return { ...application, session, shutdown: () => ours.shutdown() }
}

const millis = ([seconds, nanos]: readonly [number, number]) => seconds * 1e3 + nanos / 1e6

describe('the root span of a trace whose stream is not read to its end', () => {
  it.each(SHAPES)('ends when the provider shuts down: %s that is never read', async (_, make) => {
    const { session, named, shutdown } = startWithShutdown()
    const stream = session.trace('turn', () => make(quiet))
    expect(named('turn')).toHaveLength(0)
    await shutdown()
    expect(named('turn')).toHaveLength(1)
    void stream
  })

  it('has the time of the last read as its end', async () => {
    const { session, one, shutdown } = startWithShutdown()
    let root: Span | undefined
    const stream = session.trace('turn', (span) => {
      root = span
      return wordsInTime(quiet)
    })
    await stream.next()
    const lastRead = Date.now()
    while (Date.now() < lastRead + 20) await new Promise((resolve) => setImmediate(resolve))
    await shutdown()
    expect(millis(one('turn').endTime)).toBeLessThan(lastRead + 10)
    expect(millis(one('turn').endTime)).toBeGreaterThanOrEqual(millis(one('turn').startTime))
    expect(root?.isRecording()).toBe(false)
  })

  it('is not kept for the shutdown when the stream is over', async () => {
    const { session, named, shutdown } = startWithShutdown()
    await readAll(session.trace('turn', () => wordsInTime(quiet)))
    const atShutdown = readRecord(named('turn')[0]?.spanContext() ?? {})?.settings.flush.atShutdown
    // The open session.
    expect(atShutdown?.size).toBe(1)
    await shutdown()
    expect(named('turn')).toHaveLength(1)
  })
})

describe('the root span of a trace ends at once', () => {
  it('where the body of a Response was read inside', async () => {
    const { session, isOver } = startOne()
    const response = await session.trace('turn', async () => {
      const answer = new Response('{"a":1}')
      await answer.json()
      return answer
    })
    expect(isOver()).toBe(true)
    expect(response.bodyUsed).toBe(true)
  })

  it('where a Node stream was read inside', async () => {
    const { session, isOver } = startOne()
    const stream = await session.trace('turn', async () => {
      const words = Readable.from(['one'])
      await readAll(words)
      return words
    })
    expect(stream.destroyed).toBe(true)
    expect(isOver()).toBe(true)
  })

  it('where the stream was over before', async () => {
    const { session, named } = startOne()
    const shared = { [Symbol.asyncIterator]: () => wordsInTime(quiet) }
    await readOne(session.trace('turn', () => shared))
    session.trace('turn', () => shared)
    expect(named('turn')).toHaveLength(2)
  })
})

it('an iterable that many traces return can be read', async () => {
  const { session, named } = startOne()
  const shared = { [Symbol.asyncIterator]: () => wordsInTime(quiet) }
  for (let index = 0; index < 20_000; index++) session.trace('turn', () => shared)
  // It is shared, so only a few spans wait for it.
  expect(named('turn').length).toBeGreaterThan(19_980)
  expect(await readAll(shared)).toEqual(['one', 'two'])
  expect(named('turn')).toHaveLength(20_000)
})

it('a Node stream that many traces return has a handful of listeners', () => {
  const { session } = startOne()
  const shared = Readable.from(['one'])
  for (let index = 0; index < 100; index++) session.trace('turn', () => shared)
  expect(shared.listenerCount('close')).toBeLessThan(5)
})
