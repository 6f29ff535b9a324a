import type { LookupFunction } from 'node:net'
import type { FullReply } from '../endpoint.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'
import { fateAt, requests, requestsAndFateAt, startedInTime } from './outcomes.ts'

/** Resolves every name to this machine, after it has failed once. */
function failOnce(code: string): LookupFunction {
  let hasFailed = false
  return (_, { all }, done) => {
    if (!hasFailed) {
      hasFailed = true
      done(Object.assign(new Error(code), { code }), '')
    } else if (all) done(null, [{ address: '127.0.0.1', family: 4 }])
    else done(null, '127.0.0.1', 4)
  }
}

/** When the second request came, compared with the time that the first answer named. */
async function waitsUntil(world: World, reply: FullReply, time: (first: number) => number): Promise<string> {
  world.endpoint.play([reply])
  await world.send()
  const [first = 0, second = 0] = world.endpoint.exchanges.map(({ at }) => at)
  // Timers may fire a little early by another clock.
  return second - time(first) > -20 ? 'waits' : 'does not wait'
}

const SHORT = { timeoutMillis: 500, exportTimeoutMillis: 1500 }

export const RETRIES: readonly Row[] = [
  {
    promise: 'After a dropped connection, the spans are sent again.',
    observe: requestsAndFateAt((endpoint) => endpoint.play(['drop'])),
    kept: 'sent twice, delivered',
  },
  ...['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].map((code) => ({
    promise: `After the network error \`${code}\`, the spans are sent again.`,
    with: ({ url }: { url: string }) => ({
      settings: {
        url: url.replace('127.0.0.1', 'collector.test'),
        httpAgentOptions: { lookup: failOnce(code) },
      },
    }),
    observe: fateAt(),
    kept: 'delivered',
  })),
  {
    promise: 'Other errors of a connection are final, such as a certificate that is not trusted.',
    tls: true,
    with: () => ({ settings: SHORT }),
    observe: fateAt(),
    kept: 'lost',
    ours: 'kept',
    because: 'A certificate is renewed, or a proxy repaired, while the process runs.',
  },
  {
    promise: '`Retry-After` in seconds is waited for.',
    observe: (world) =>
      waitsUntil(world, { status: 429, headers: { 'retry-after': '2' } }, (first) => first + 2000),
    kept: 'waits',
  },
  {
    promise: '`Retry-After` with a date is waited for.',
    observe(world) {
      const date = new Date(Date.now() + 3000).toUTCString()
      return waitsUntil(world, { status: 503, headers: { 'retry-after': date } }, () => Date.parse(date))
    },
    kept: 'waits',
  },
  {
    promise: 'A `Retry-After` longer than the timeout is not waited for.',
    with: () => ({ settings: { timeoutMillis: 10_000, exportTimeoutMillis: 20_000 } }),
    observe: requestsAndFateAt((endpoint) =>
      endpoint.answer(() => ({ status: 429, headers: { 'retry-after': '30' } })),
    ),
    kept: 'sent once, lost',
    ours: 'sent once, kept',
    because: 'The queue has space, and the endpoint has said when it will accept the spans.',
  },
  {
    promise: 'Retries end with the timeout.',
    with: () => ({ settings: SHORT }),
    observe: fateAt((endpoint) => endpoint.answer(() => 503)),
    kept: 'lost',
    ours: 'kept',
    because: 'A restart of the collector takes longer than ten seconds. Spans are retried until `maxAge`.',
  },
  {
    promise: 'There are at most five retries.',
    observe: fateAt((endpoint) =>
      endpoint.play(Array(6).fill({ status: 503, headers: { 'retry-after': '0' } })),
    ),
    kept: 'lost',
    ours: 'delivered',
    because: 'The pauses grow to a minute instead, and `maxAge` limits how long a span is retried.',
  },
  {
    promise: 'A request without an answer ends after `timeoutMillis`, and is retried.',
    with: () => ({ settings: { timeoutMillis: 300 } }),
    observe: fateAt((endpoint) => endpoint.play(['hang'])),
    kept: 'delivered',
    theirs: 'lost',
    because: 'The timeout is that of one request. Theirs is that of all retries, so no time is left for one.',
  },
  {
    promise: 'The timeout includes the body of the answer.',
    with: () => ({ settings: { timeoutMillis: 6000 } }),
    async observe(world) {
      const closed = new Promise<void>((resolve) => {
        world.endpoint.play([
          (response) => {
            response.writeHead(200)
            const drip = setInterval(() => response.write('x'), 30)
            response.once('close', () => {
              clearInterval(drip)
              resolve()
            })
          },
        ])
      })
      return startedInTime(world, closed, 10_000)
    },
    kept: 'in time',
    theirs: 'not in time',
    because: 'Theirs is for the time without any byte. A proxy that sends slowly holds the exporter up.',
  },
  {
    promise: 'A request counts as accepted if its answer begins with 200 and does not end.',
    with: () => ({ settings: { timeoutMillis: 6000 } }),
    async observe(world) {
      world.endpoint.play([
        (response) => {
          response.writeHead(200, { 'content-length': '100' })
          response.write('{')
        },
      ])
      return `${await world.send().then((flush) => `flush ${flush}`)}, ${requests(world)}`
    },
    kept: 'flush resolves, sent once',
    theirs: 'flush rejects, sent once',
    because: 'An answer that breaks off is accepted by both; one that stalls is no different.',
  },
]
