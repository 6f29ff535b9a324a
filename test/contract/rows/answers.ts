import type { Row } from '../row.ts'
import type { World } from '../world.ts'
import { requests } from './outcomes.ts'

/** Sends a single span to an endpoint that gives one answer to everything, for each answer. */
async function afterEach(world: World, statuses: readonly number[]): Promise<string> {
  const seen = new Set<string>()
  for (const status of statuses) {
    world.endpoint.exchanges.length = 0
    world.endpoint.answer(() => ({ status, headers: { location: '/elsewhere' } }))
    const flush = await world.send()
    seen.add(`${requests(world)}, flush ${flush}`)
  }
  return [...seen].join('; ')
}

export const ANSWERS: readonly Row[] = [
  {
    promise: 'Each status from 200 to 299 is success.',
    observe: (world) => afterEach(world, [200, 201, 202, 204, 299]),
    kept: 'sent once, flush resolves',
  },
  ...[429, 502, 503, 504].map((status) => ({
    promise: `After status ${status}, the same spans are sent again.`,
    async observe(world: World) {
      world.endpoint.play([status])
      const fate = await world.send().then(() => world.fate())
      const [first, second] = world.endpoint.exchanges
      return `${requests(world)}, ${String(first?.names) === String(second?.names) ? fate : 'changed'}`
    },
    kept: 'sent twice, delivered',
  })),
  {
    promise: 'After any other status of an error, a span is not sent again.',
    observe: (world) => afterEach(world, [400, 401, 403, 404, 405, 408, 413, 415, 500, 501, 505]),
    kept: 'sent once, flush rejects',
  },
  {
    promise: 'Redirects are not followed.',
    observe: (world) => afterEach(world, [301, 302, 303, 307, 308]),
    kept: 'sent once, flush rejects',
  },
  ...(
    [
      [200, 'success', 'sent once'],
      [503, 'a failure that is retried', 'sent twice'],
      [403, 'final', 'sent once'],
    ] as const
  ).map(([status, what, kept]) => ({
    promise: `An answer with status ${status} counts as ${what}, although its body breaks off.`,
    async observe(world: World) {
      world.endpoint.play([
        (response) => {
          response.writeHead(status, { 'content-length': '100' })
          response.write('{')
          setImmediate(() => response.socket?.destroy())
        },
      ])
      await world.send()
      return requests(world)
    },
    kept,
  })),
]
