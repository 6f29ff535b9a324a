import { expect, test } from 'vitest'
import { type Behave, ok, startEndpoint } from './endpoint.ts'
import { expectAccounted, startDelivery, temporaryFolder } from './support.ts'

const fail =
  (status: number, headers = {}): Behave =>
  (response) =>
    response.writeHead(status, headers).end()
const turn = () => new Promise((resolve) => setImmediate(resolve))

const behaviors: [string, Behave][] = [
  ['400', fail(400)],
  ['500', fail(500)],
  ['503', fail(503)],
  ['503 with Retry-After', fail(503, { 'retry-after': '60' })],
  ['504', fail(504)],
  ['no answer', () => {}],
  ['a reset', (response) => response.destroy()],
]
const places: [string, () => object][] = [
  ['in memory', () => ({})],
  ['in a directory', () => ({ directory: temporaryFolder() })],
]
const cases = behaviors.flatMap((behavior) => places.map((place) => [...behavior, ...place] as const))

test.each(cases)(
  'one span of 500 that gets %s costs no other one, %s',
  async (_, behave, __, place) => {
    const arrived = new Set<string>()
    const { url } = await startEndpoint((response, received) => {
      if (received.spans.some(({ name }) => name === 'bad')) return behave(response, received)
      for (const { name } of received.spans) arrived.add(name)
      ok(response, received)
    })
    const { processor, end } = startDelivery({
      ...{ url, timeoutMillis: 100, scheduledDelayMillis: 10, maxRetryAfterMillis: 1 },
      ...place(),
    })
    for (let i = 0; i < 500; i++) end(i === 123 ? 'bad' : `span ${i}`)
    for (let later = 0; processor.stats().rejected === 0; later++) {
      if (later % 1000 === 0) end(`later ${later}`)
      await turn()
    }
    await processor.forceFlush().catch(() => {})
    const { ended, delivered, dropped, queued, rejected } = processor.stats()
    expect({ rejected, dropped, queued: queued.spans }).toEqual({ rejected: 1, dropped: {}, queued: 0 })
    expect(delivered).toBe(ended - 1)
    expect(arrived.size).toBe(ended - 1)
    expectAccounted(processor)
    // The rejected span is rejected alone again.
    expect(await processor.redeliver()).toBe(1)
  },
  60_000,
)
