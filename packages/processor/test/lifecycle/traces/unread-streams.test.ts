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

/** Our processor alone is shut down: the exporter in memory forgets what it has when it is. */
function startWithShutdown() {
  const ours = new SessionSpanProcessor()
  const application = startApplication({ ours })
  const session = startSession({}, { tracerProvider: application.tracerProvider })
  return { ...application, session, shutdown: () => ours.shutdown() }
}

const millis = ([seconds, nanos]: readonly [number, number]) => seconds * 1e3 + nanos / 1e6

describe('the root of a trace whose stream is not read to its end', () => {
  it.each(SHAPES)('ends when the provider is shut down: %s that was never read', async (_, make) => {
    const { session, named, shutdown } = startWithShutdown()
    const stream = session.trace('turn', () => make(quiet))
    expect(named('turn')).toHaveLength(0)
    await shutdown()
    expect(named('turn')).toHaveLength(1)
    void stream
  })

  it('ends then as of its last read, and not as of the shutdown', async () => {
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

  it('is of no concern to the shutdown once the stream is over', async () => {
    const { session, named, shutdown } = startWithShutdown()
    await readAll(session.trace('turn', () => wordsInTime(quiet)))
    const atShutdown = readRecord(named('turn')[0]?.spanContext() ?? {})?.settings.flush.atShutdown
    // The open session is.
    expect(atShutdown?.size).toBe(1)
    await shutdown()
    expect(named('turn')).toHaveLength(1)
  })
})

describe('the root of a trace ends with the call', () => {
  it('where the body of a Response was read within', async () => {
    const { session, isOver } = startOne()
    const response = await session.trace('turn', async () => {
      const answer = new Response('{"a":1}')
      await answer.json()
      return answer
    })
    expect(isOver()).toBe(true)
    expect(response.bodyUsed).toBe(true)
  })

  it('where a Node stream was read within', async () => {
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

it('an iterable that many traces give stays as it is, and can be read', async () => {
  const { session, named } = startOne()
  const shared = { [Symbol.asyncIterator]: () => wordsInTime(quiet) }
  for (let index = 0; index < 20_000; index++) session.trace('turn', () => shared)
  // It is shared, so all but a few do not wait for it.
  expect(named('turn').length).toBeGreaterThan(19_980)
  expect(await readAll(shared)).toEqual(['one', 'two'])
  expect(named('turn')).toHaveLength(20_000)
})

it('a Node stream that many traces give has a handful of listeners', () => {
  const { session } = startOne()
  const shared = Readable.from(['one'])
  for (let index = 0; index < 100; index++) session.trace('turn', () => shared)
  expect(shared.listenerCount('close')).toBeLessThan(5)
})
