import { expect, test } from 'vitest'
import { type Behave, ok, startEndpoint } from '../endpoint.ts'
import { expectAccounted, startDelivery, temporaryFolder } from '../support.ts'

const fail =
  (status: number, headers = {}): Behave =>
  (response) =>
    response.writeHead(status, headers).end()
const memory = () => ({})
const directory = () => ({ directory: temporaryFolder() })

// The other kinds are played with time that a test advances, in sending/failing.test.ts.
const cases: [string, string, Behave, () => object, number][] = [
  ['400', 'in memory', fail(400), memory, 10_000],
  ['400', 'in a directory', fail(400), directory, 10_000],
  ['503 with Retry-After', 'in memory', fail(503, { 'retry-after': '60' }), memory, 10_000],
  ['no answer', 'in a directory', () => {}, directory, 500],
]

test.each(cases)(
  'one span of 500 that gets %s, %s, costs no other one',
  async (_, __, behave, place, timeoutMillis) => {
    const arrived = new Set<string>()
    const { url, answer } = await startEndpoint((response, received) => {
      if (received.spans.some(({ name }) => name === 'bad')) return behave(response, received)
      for (const { name } of received.spans) arrived.add(name)
      ok(response, received)
    })
    const { processor, end } = startDelivery({
      ...{ url, timeoutMillis, scheduledDelayMillis: 10, maxRetryAfterMillis: 1 },
      ...place(),
    })
    for (let i = 0; i < 500; i++) end(i === 123 ? 'bad' : `span ${i}`)
    for (let flush = 0; processor.stats().rejected === 0; flush++) {
      end(`later ${flush}`)
      await processor.forceFlush().catch(() => {})
    }
    const { ended, delivered, dropped, queued, rejected } = processor.stats()
    expect({ rejected, dropped, queued: queued.spans }).toEqual({ rejected: 1, dropped: {}, queued: 0 })
    expect(delivered).toBe(ended - 1)
    expect(arrived.size).toBe(ended - 1)
    expectAccounted(processor)
    answer(ok)
    expect(await processor.redeliver()).toBe(1)
    await processor.forceFlush()
    expect(processor.stats().delivered).toBe(ended)
  },
)
