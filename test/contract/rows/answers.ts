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

/** One of four spans makes the endpoint answer with a status. */
async function withOneBadSpan(world: World, status: number): Promise<string> {
  const [, , bad = ''] = world.end(4)
  world.endpoint.answer((names) => (names.includes(bad) ? status : 200))
  await world.flush()
  await world.shutdown()
  return `${world.accepted.length} of 4 spans arrive`
}

const partialSuccess = (rejectedSpans: number, errorMessage: string) => ({
  status: 200,
  body: { partialSuccess: { rejectedSpans, errorMessage } },
})

/** How a partial success was logged: ours names the endpoint in place of the message. */
function logged(world: World, message: string): string {
  if (world.hasLogged(message)) return 'with the message'
  return world.hasLogged(`${new URL(world.endpoint.origin).host} accepted a request`)
    ? 'without the message'
    : 'not logged'
}

export const ANSWERS: readonly Row[] = [
  {
    promise: 'Each status from 200 to 299 is success.',
    observe: (world) => afterEach(world, [200, 201, 202, 204, 299]),
    kept: 'sent once, flush resolves',
  },
  ...[429, 502, 503, 504].map((status) => ({
    promise: `After status ${status}, the same spans are sent again.`,
    waits: true,
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
    promise: 'A request with a span that the endpoint answers with 400 is final, with all its spans.',
    observe: (world) => withOneBadSpan(world, 400),
    kept: '0 of 4 spans arrive',
    ours: '3 of 4 spans arrive',
    because: 'The request is narrowed down to the span that causes it, which is kept for `redeliver()`.',
  },
  {
    promise: 'A request with a span that the endpoint fails on, status 500, is final, with all its spans.',
    observe: (world) => withOneBadSpan(world, 500),
    kept: '0 of 4 spans arrive',
    ours: '3 of 4 spans arrive',
    because: 'The same.',
  },
  {
    promise: 'A request that fails again and again is given up, with all its spans.',
    waits: true,
    with: () => ({ settings: { timeoutMillis: 6000 } }),
    observe: (world) => withOneBadSpan(world, 503),
    kept: '0 of 4 spans arrive',
    ours: '3 of 4 spans arrive',
    because: 'A gateway may time out on one span. The request is narrowed down to it, and the others arrive.',
  },
  {
    promise: 'A request that is too large, status 413, is final.',
    async observe(world) {
      world.endpoint.answer((names) => (names.length > 2 ? 413 : 200))
      world.end(4)
      return world.fate()
    },
    kept: 'lost',
    ours: 'delivered',
    because: 'Half of the request may be accepted, so it is sent again in halves.',
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
    waits: status === 503,
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
  {
    promise: 'A partial success is logged, with the message of the endpoint.',
    async observe(world) {
      const message = `quota of ${world.endpoint.origin}`
      world.endpoint.play([partialSuccess(1, message)])
      await world.send()
      return `${logged(world, message)}, ${world.counts?.lost === 1 ? 'counted' : 'not counted'}`
    },
    kept: 'with the message, not counted',
    ours: 'without the message, counted',
    because: 'The message may repeat a prompt or a key, so it is logged at level debug only.',
  },
  {
    promise: 'A warning in a success is logged, with the message of the endpoint.',
    async observe(world) {
      const message = `warning of ${world.endpoint.origin}`
      world.endpoint.play([partialSuccess(0, message)])
      return `${await world.send()}, ${logged(world, message)}`
    },
    kept: 'resolves, with the message',
    ours: 'resolves, without the message',
    because: 'The message may repeat a prompt or a key.',
  },
  {
    promise: 'A partial success in an answer of a megabyte is read.',
    async observe(world) {
      const message = `${world.endpoint.origin} has a limit ${'.'.repeat(1_000_000)}`
      world.endpoint.play([partialSuccess(1, message)])
      await world.send()
      return logged(world, message) === 'not logged' ? 'not read' : 'read'
    },
    kept: 'read',
  },
  {
    promise: 'An answer of more than 4 MiB is a failure that is not retried.',
    async observe(world) {
      world.endpoint.play([{ status: 200, body: ' '.repeat(4 * 1024 * 1024 + 1) }])
      return `flush ${await world.send()}, ${requests(world)}`
    },
    kept: 'flush rejects, sent once',
  },
  {
    promise: 'An answer with status 200 is a success, although its body is a web page.',
    async observe(world) {
      const headers = { 'content-type': 'text/html' }
      world.endpoint.play([{ status: 200, headers, body: '<!doctype html><title>Log in</title>' }])
      return `flush ${await world.send()}, ${requests(world)}`
    },
    kept: 'flush resolves, sent once',
  },
]
