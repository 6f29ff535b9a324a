import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificate, key } from '../../../packages/exporter/test/persistent/sending/support/certificate.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'
import { fateAt, fateOf, header, inTime, paths, requests, startedInTime } from './outcomes.ts'

/** Sets the variables, and leaves the URL to them. */
const environment = (variables: (endpoint: Endpoint) => Record<string, string>) => (endpoint: Endpoint) => ({
  settings: { url: undefined },
  environment: variables(endpoint),
})

async function pathOf(world: World): Promise<string> {
  await world.send()
  return paths(world)
}

/** Whether spans arrive although a variable is wrong, and whether its name was logged. */
const ignored = (name: string, text = name) => ({
  async observe(world: World) {
    await world.send(5)
    const isIgnored = (await world.fate()) === 'delivered'
    return `${isIgnored ? 'ignored' : 'not ignored'}, ${world.hasLogged(text) ? 'logged' : 'silent'}`
  },
  kept: 'ignored, logged',
})

const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_'
const ALL = 'OTEL_EXPORTER_OTLP_'

const withPath = (path: string) => (path === '' ? 'without a path' : `with the path \`${path}\``)

export const ENVIRONMENT: readonly Row[] = [
  ...(
    [
      ['', '/v1/traces'],
      ['/', '/v1/traces'],
      ['/base', '/base/v1/traces'],
      ['/base/', '/base/v1/traces'],
      ['/v1/traces', '/v1/traces/v1/traces'],
    ] as const
  ).map(([path, kept]) => ({
    promise: `\`${ALL}ENDPOINT\` ${withPath(path)} means \`${kept}\`.`,
    with: environment(({ origin }) => ({ [`${ALL}ENDPOINT`]: origin + path })),
    observe: pathOf,
    kept,
  })),
  ...(
    [
      ['', '/'],
      ['/', '/'],
      ['/some/path', '/some/path'],
      ['/some/path/', '/some/path/'],
    ] as const
  ).map(([path, kept]) => ({
    promise: `\`${TRACES}ENDPOINT\` ${withPath(path)} means \`${kept}\`, and takes precedence.`,
    with: environment(({ origin }) => ({
      [`${TRACES}ENDPOINT`]: origin + path,
      [`${ALL}ENDPOINT`]: 'http://127.0.0.1:1',
    })),
    observe: pathOf,
    kept,
  })),
  {
    promise: 'An empty variable counts as unset.',
    with: environment(({ origin }) => ({
      [`${ALL}ENDPOINT`]: origin,
      [`${TRACES}ENDPOINT`]: '',
      [`${TRACES}HEADERS`]: '',
      [`${TRACES}COMPRESSION`]: '',
      [`${TRACES}TIMEOUT`]: '',
      OTEL_BSP_SCHEDULE_DELAY: '',
    })),
    observe: pathOf,
    kept: '/v1/traces',
  },
  {
    promise: 'An option takes precedence over the environment.',
    with: () => ({
      settings: { headers: { a: 'option' } },
      environment: { [`${TRACES}ENDPOINT`]: 'http://127.0.0.1:1', [`${TRACES}HEADERS`]: 'a=1,b=2' },
    }),
    async observe(world) {
      return `${await pathOf(world)}, a=${header(world, 'a')}, b=${header(world, 'b')}`
    },
    kept: '/v1/traces, a=option, b=2',
  },
  {
    promise: 'An invalid URL is ignored and logged.',
    with: environment(({ origin }) => ({ [`${TRACES}ENDPOINT`]: 'no url', [`${ALL}ENDPOINT`]: origin })),
    async observe(world) {
      const isLogged = world.hasLogged(`${TRACES}ENDPOINT is ignored`) || world.hasLogged("'no url'")
      return `${await pathOf(world)}, ${isLogged ? 'logged' : 'silent'}`
    },
    kept: '/v1/traces, logged',
  },
  {
    promise: `\`${ALL}HEADERS\` and \`${TRACES}HEADERS\` are merged; the latter takes precedence.`,
    with: () => ({ environment: { [`${ALL}HEADERS`]: 'a=1,b=2', [`${TRACES}HEADERS`]: 'b=3' } }),
    async observe(world) {
      await world.send()
      return `a=${header(world, 'a')}, b=${header(world, 'b')}`
    },
    kept: 'a=1, b=3',
  },
  {
    promise:
      'Headers of the environment are percent-decoded and trimmed; what is no `name=value` is ignored.',
    with: () => ({ environment: { [`${ALL}HEADERS`]: ' a = Bearer%20x%2Cy== ,nonsense,, =z' } }),
    async observe(world) {
      await world.send()
      return `a=${header(world, 'a')}`
    },
    kept: 'a=Bearer x,y==',
  },
  {
    promise: `\`${ALL}COMPRESSION\` is read.`,
    with: () => ({ environment: { [`${ALL}COMPRESSION`]: 'gzip' } }),
    async observe(world) {
      await world.send()
      return `${header(world, 'content-encoding')}`
    },
    kept: 'gzip',
  },
  {
    promise: `An invalid \`${ALL}COMPRESSION\` is ignored and logged.`,
    with: () => ({ environment: { [`${ALL}COMPRESSION`]: 'brotli' } }),
    ...ignored(`${ALL}COMPRESSION`),
  },
  {
    promise: `\`${ALL}TIMEOUT\` is read.`,
    waits: true,
    with: () => ({ settings: { timeoutMillis: undefined }, environment: { [`${ALL}TIMEOUT`]: '300' } }),
    async observe(world) {
      const closed = new Promise<void>((resolve) => {
        world.endpoint.play([(response) => void response.once('close', resolve)])
      })
      // By default, it is 10 seconds.
      return startedInTime(world, closed, 5000)
    },
    kept: 'in time',
  },
  {
    promise: `An invalid \`${TRACES}TIMEOUT\` is ignored and logged.`,
    with: () => ({ settings: { timeoutMillis: undefined }, environment: { [`${TRACES}TIMEOUT`]: '-5' } }),
    ...ignored(`${TRACES}TIMEOUT`),
  },
  {
    promise: `The files of \`${ALL}CERTIFICATE\`, \`CLIENT_CERTIFICATE\` and \`CLIENT_KEY\` are read.`,
    tls: true,
    with() {
      const [cert, secret] = ['certificate', 'key'].map((name) =>
        join(tmpdir(), `otel-sessions-contract-${process.pid}-${name}.pem`),
      ) as [string, string]
      writeFileSync(cert, certificate)
      writeFileSync(secret, key, { mode: 0o600 })
      return {
        environment: {
          [`${ALL}CERTIFICATE`]: cert,
          [`${ALL}CLIENT_CERTIFICATE`]: cert,
          [`${ALL}CLIENT_KEY`]: secret,
        },
      }
    },
    observe: fateAt(),
    kept: 'delivered',
  },
  {
    promise: 'A certificate file that cannot be read is ignored and logged.',
    with: () => ({ environment: { [`${ALL}CERTIFICATE`]: '/nowhere' } }),
    async observe(world) {
      const isLogged = world.hasLogged('root certificate file') || world.hasLogged(`${ALL}CERTIFICATE`)
      await world.send()
      return `${await world.fate()}, ${isLogged ? 'logged' : 'silent'}`
    },
    kept: 'delivered, logged',
  },
  {
    promise: '`OTEL_BSP_MAX_EXPORT_BATCH_SIZE` is read.',
    with: () => ({
      settings: { maxExportBatchSize: undefined },
      environment: { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2' },
    }),
    async observe(world) {
      await world.send(5)
      await world.shutdown()
      return `at most ${Math.max(...world.endpoint.exchanges.map(({ names }) => names.length))}`
    },
    kept: 'at most 2',
  },
  {
    promise: '`OTEL_BSP_SCHEDULE_DELAY` is read.',
    waits: true,
    with: () => ({ environment: { OTEL_BSP_SCHEDULE_DELAY: '50' } }),
    observe(world) {
      const request = world.endpoint.nextRequest()
      world.end(1)
      // By default, it is 5 seconds.
      return inTime(request, 4800)
    },
    kept: 'in time',
  },
  {
    promise: '`OTEL_BSP_EXPORT_TIMEOUT` is read.',
    waits: true,
    with: () => ({
      settings: { exportTimeoutMillis: undefined },
      environment: { OTEL_BSP_EXPORT_TIMEOUT: '300' },
    }),
    observe(world) {
      world.endpoint.play(['hang'])
      // By default, it is 30 seconds.
      return inTime(world.send(), 20_000)
    },
    kept: 'in time',
  },
  {
    promise: '`OTEL_BSP_MAX_QUEUE_SIZE` limits the queue.',
    with: () => ({ environment: { OTEL_BSP_MAX_QUEUE_SIZE: '10' } }),
    observe: fateOf(50),
    kept: '36 of 50 lost',
    ours: 'delivered',
    because: 'The queue is limited in bytes, by `maxMemoryBytes` and `maxBytes`.',
  },
  {
    promise: 'An invalid `OTEL_BSP_SCHEDULE_DELAY` is ignored and logged.',
    with: () => ({ environment: { OTEL_BSP_SCHEDULE_DELAY: 'soon' } }),
    ...ignored('OTEL_BSP_SCHEDULE_DELAY'),
  },
  {
    promise: 'An invalid URL in the option throws when the exporter is constructed.',
    with: () => ({ settings: { url: 'no url' } }),
    observe: async (world) => requests(world),
    kept: 'throws',
  },
  {
    promise: 'A `timeoutMillis` that is not above 0 throws when the exporter is constructed.',
    with: () => ({ settings: { timeoutMillis: 0 } }),
    observe: async (world) => requests(world),
    kept: 'throws',
  },
]
