import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import { Sender } from '../../../src/persistent/sending/sender.ts'
import { newDeliveryCounters } from '../../../src/persistent/stats.ts'
import { ManualClock } from './support/clock.ts'
import { lineCodec, namesIn } from './support/codec.ts'
import { NaiveQueue } from './support/queue.ts'
import { answer, type Reply } from './support/server.ts'
import { settingsWith, until } from './support/settings.ts'
import { connect, disconnect } from './support/transport.ts'

afterEach(async () => {
  diag.disable()
  await disconnect()
})

const reset: Reply = (_, { socket }) => socket.resetAndDestroy()

/** Sends records to an endpoint until the queue is empty, or until so many requests were made. */
async function deliver(reply: Reply, records: string[][], mostRequests = 200) {
  const clock = new ManualClock()
  const replies = Array.from({ length: mostRequests }, () => reply)
  const { endpoint, transport } = await connect(replies, {}, clock)
  const settings = settingsWith({ url: endpoint.url })
  // Like the journal: nothing overtakes an open lease.
  const queue = new NaiveQueue(clock.now, 1)
  const counters = newDeliveryCounters()
  let underWay = 0
  const observer = { sent: () => void underWay++, answered: () => void underWay-- }
  const sender = new Sender(settings, queue.asQueue, transport, counters, observer, lineCodec, clock)
  for (const record of records) queue.appendSpans(...record)
  sender.wake()
  let turns = 0
  await until(() => {
    // Not while a request is under way: each one gets an answer or a reset, however slow the machine is.
    if (++turns % 20 === 0 && underWay === 0) clock.advance(1000)
    return queue.entries.length === 0 || endpoint.received.length >= mostRequests
  })
  sender.close()
  await until(() => endpoint.sockets.size === 0)
  const sizes = endpoint.received.map(({ body }) => body.length)
  return { queue, counters, sizes, requests: endpoint.received }
}

/** Like a proxy with a size limit. */
const resetAbove =
  (bytes: number, delivered: string[] = []): Reply =>
  (response, received) => {
    if (received.body.length > bytes) return reset(response, received)
    delivered.push(...namesIn(received.body))
    answer(200)(response, received)
  }

const spans = (count: number, length: number, name = 's') =>
  Array.from({ length: count }, (_, i) => `${name}${i}`.padEnd(length - 1, '.'))

describe('an endpoint that resets requests without an answer', () => {
  it('gets smaller ones after two resets, of several records, and of parts of one', async () => {
    const delivered: string[] = []
    const records = [...spans(40, 1000).map((span) => [span]), spans(64, 500, 'in one record')]
    const { counters, sizes } = await deliver(resetAbove(10_000, delivered), records)
    expect(counters).toMatchObject({ delivered: 104, rejected: 0 })
    expect(delivered.sort()).toEqual(records.flat().sort())
    expect(sizes.slice(0, 2).map((bytes) => bytes > 70_000)).toEqual([true, true])
    expect(Math.max(...sizes.slice(2))).toBeLessThan(72_000)
  })

  it('gets large ones again once it accepts requests', async () => {
    let resets = 6
    const records = spans(60, 1000).map((span) => [span])
    const flaky: Reply = (response, received) => (resets-- > 0 ? reset : answer(200))(response, received)
    const { counters, sizes } = await deliver(flaky, records)
    expect(counters.delivered).toBe(60)
    const [smallest, ...rest] = sizes.slice(6)
    expect(smallest).toBeLessThan(10_000)
    expect(Math.max(...rest)).toBeGreaterThan(20_000)
  })

  it('keeps a span as rejected that it resets each time, while it answers other requests', async () => {
    const warnings = collectWarnings()
    const huge = 'huge'.padEnd(20_000, '.')
    const { counters, queue } = await deliver(resetAbove(10_000), [['a'], [huge], ['b', 'c']])
    expect(counters.delivered).toBe(3)
    expect(queue.rejected).toEqual([{ names: [huge], spans: 1, status: 0 }])
    expect(warnings.filter((warning) => warning.includes('resets the connection'))).toHaveLength(1)
    expect(warnings.join()).not.toContain('413')
  })

  it('loses no span while it resets everything', async () => {
    const { counters, queue } = await deliver(reset, [['a'], ['b', 'c']], 60)
    expect(counters.delivered).toBe(0)
    expect(queue.rejected).toEqual([])
    expect(queue.size.spans).toBe(3)
  })
})
