import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import { Sender } from '../../../src/persistent/sending/sender.ts'
import { newDeliveryCounters } from '../../../src/persistent/stats.ts'
import { ManualClock } from './support/clock.ts'
import { lineCodec, namesIn } from './support/codec.ts'
import { NaiveQueue } from './support/queue.ts'
import { answer, type Reply } from './support/server.ts'
import { settingsWith, until } from './support/settings.ts'
import { connect, disconnect } from './support/transport.ts'

afterEach(disconnect)

/** What an endpoint can do. */
const replies: Record<string, Reply> = {
  ok: answer(200),
  partial: answer(200, { 'content-type': 'application/json' }, '{"rejectedSpans":1,"message":""}'),
  html: answer(200, { 'content-type': 'text/html' }, '<html>'),
  'a long answer': answer(200, {}, Buffer.alloc(200_000)),
  'a longer answer than is read': answer(200, {}, Buffer.alloc(5_000_000)),
  'retry after a second': answer(429, { 'retry-after': '1' }),
  'retry now': answer(429, { 'retry-after': '0' }),
  'retry after garbage': answer(503, { 'retry-after': 'x' }),
  unavailable: answer(503),
  'gateway timeout, and no keep-alive': answer(504, { connection: 'close' }),
  'too large': answer(413),
  'bad request': answer(400),
  redirect: answer(302, { location: '/' }),
  error: answer(500, {}, 'x'.repeat(100_000)),
  hang: () => {},
  drip: (_, { socket }) => socket.write('HTTP/1.1 2'),
  reset: (_, { socket }) => socket.resetAndDestroy(),
  end: (_, { socket }) => socket.end(),
  'half an answer': (_, { socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx'),
  'an answer, and a reset when idle': (response, { socket }) => {
    response.end(() => setImmediate(() => socket.resetAndDestroy()))
  },
}
// After these the endpoint has the spans.
const taken = new Set([
  'ok',
  'partial',
  'html',
  'a long answer',
  'half an answer',
  'an answer, and a reset when idle',
])

async function deliver(names: readonly string[], records: readonly number[], concurrency: number) {
  const clock = new ManualClock()
  const stored = new Set<string>()
  const noting =
    (name: string): Reply =>
    (response, received) => {
      if (taken.has(name)) for (const span of namesIn(received.body)) stored.add(span)
      replies[name]?.(response, received)
    }
  const some = { concurrency, maxExportBatchSize: 4, compression: 'none' } as const
  const { endpoint, transport } = await connect(
    [...names.map(noting), ...Array(200).fill(noting('ok'))],
    some,
    clock,
  )
  const settings = settingsWith({ url: endpoint.url, ...some })
  const queue = new NaiveQueue(clock.now, concurrency)
  const counters = newDeliveryCounters()
  const sender = new Sender(settings, queue.asQueue, transport, counters, undefined, lineCodec, clock)
  let spans = 0
  for (const count of records) queue.appendSpans(...Array.from({ length: count }, () => `s${spans++}`))
  sender.wake()
  let turns = 0
  await until(() => {
    // Time passes after some turns of the event loop, so that timeouts and waits end one after the other.
    if (++turns % 20 === 0) clock.advance(1000)
    expect(endpoint.received.length).toBeLessThan(200)
    return queue.entries.length === 0
  })
  const rejected = queue.rejected.flatMap((one) => one.names)
  const notTaken = counters.dropped['partial-success'] ?? 0
  expect(counters.delivered + notTaken + rejected.length).toBe(spans)
  for (const span of rejected) stored.add(span)
  expect(stored.size).toBe(spans)
  sender.close()
  expect(clock.timers.size).toBe(0)
  await until(() => endpoint.sockets.size === 0)
  await disconnect()
}

describe('a hostile endpoint', () => {
  it('gets each span nevertheless, or the span is kept as rejected', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(replies)), { maxLength: 25, size: 'max' }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        deliver,
      ),
      { numRuns: runs(40) },
    )
  })
})
