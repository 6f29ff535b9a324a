import { writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { diag } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { type HeadersOption, PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { ok, startEndpoint } from './endpoint.ts'
import { certificate, key } from './sending/support/certificate.ts'
import { startEndpoint as startTlsEndpoint } from './sending/support/server.ts'
import { startDelivery, temporaryFolder } from './support.ts'

const CLASS = 'PersistentBatchSpanProcessor'

afterEach(() => vi.unstubAllEnvs())

const wrong: [string, unknown, string][] = [
  ['options', 3, 'options must be an object, they are a value of type number'],
  ['a name', { maxQueueSize: 1 }, 'there is no option "maxQueueSize": the queue is limited in bytes, by'],
  ['a name', { concurrencyLimit: 1 }, 'there is no option "concurrencyLimit": the option is concurrency'],
  ['a name', { keepAlive: true }, 'there is no option "keepAlive": it belongs to httpAgentOptions'],
  ['a name', { hostname: 'a' }, 'there is no option "hostname": the option is url'],
  ['a name', { agent: 1 }, 'there is no option "agent": it belongs to httpAgentOptions, as a function'],
  ['a name', { userAgent: 'a' }, 'there is no option "userAgent": it belongs to headers, as User-Agent'],
  ['a name', { timeout: 1 }, 'there is no option "timeout": the option is timeoutMillis'],
  ['an exporter', new OTLPTraceExporter(), 'there is no option "export": this processor takes no exporter'],
  ['a name', { urls: '' }, 'there is no option "urls"; the options are url, headers,'],
  [
    'url',
    { url: 'localhost:4318' },
    'option url must be a whole URL with http: or https:, it is a string of 14',
  ],
  ['url', { url: 'http://me:%zz@localhost/' }, 'option url must be a whole URL with http: or https:, it is'],
  ['url', { url: 7 }, 'option url must be a whole URL with http: or https:, it is a value of type number'],
  ['headers', { headers: 'a=b' }, 'option headers must be an object or a function, it is a string of 3'],
  [
    'headers',
    { headers: { a: true } },
    'option headers: "a" must be a valid header name with a valid string or number, it is a value of type boolean',
  ],
  [
    'headers',
    { headers: ['a=b'] },
    'option headers must have entries of a name and a value, one is a string of 3',
  ],
  [
    'headers',
    { headers: Promise.resolve({ a: 'secret' }) },
    'option headers must be an object or a function, it is a promise',
  ],
  [
    'headers',
    { headers: { 'x-b3-traceid': 'x\ny' } },
    'option headers: "x-b3-traceid" must be a valid header name',
  ],
  ['headers', { headers: new Date() }, 'option headers must be an object or a function, it is a Date'],
  ['headers', { headers: null }, 'option headers must be an object or a function, it is null'],
  ['headers', { headers: { 'a b': '1' } }, 'option headers: "a b" must be a valid header name'],
  [
    'headers',
    { headers: { 'Bearer sk-5ecret': 'authorization' } },
    'option headers: one whose name has 16 characters must be a valid header name',
  ],
  [
    'headers',
    { headers: new Map([['x'.repeat(41), 'a\nb']]) },
    'option headers: one whose name has 41 characters must be a valid header name',
  ],
  [
    'headers',
    { headers: { abcdefghijklmnopq: 'x\ny' } },
    'option headers: one whose name has 17 characters must be a valid header name',
  ],
  ['headers', { headers: { a: 'x\ny' } }, 'option headers: "a" must be a valid header name'],
  [
    'compression',
    { compression: 'br' },
    "option compression must be 'none' or 'gzip' or 'zstd', it is a string",
  ],
  [
    'protocol',
    { protocol: 'grpc' },
    "option protocol must be 'http/protobuf' or 'http/json', it is a string of 4",
  ],
  [
    'timeoutMillis',
    { timeoutMillis: 0 },
    'option timeoutMillis must be a whole number from 1 to 2147483647, it is 0',
  ],
  [
    'httpAgentOptions',
    { httpAgentOptions: 1 },
    'option httpAgentOptions must be an object or a function that returns an agent, it is a value of type',
  ],
  [
    'httpAgentOptions',
    { httpAgentOptions: Promise.resolve(new Agent()) },
    'option httpAgentOptions must be options of an agent or a function that returns one, it is a promise',
  ],
  [
    'httpAgentOptions',
    { httpAgentOptions: { dispatch: () => true } },
    'option httpAgentOptions must be options of an agent or a function that returns one, it is a dispatcher of fetch',
  ],
  [
    'httpAgentOptions',
    { httpAgentOptions: new Map([['keepAlive', false]]) },
    'option httpAgentOptions must be options of an agent or a function that returns one, it is a Map',
  ],
  ['httpAgentOptions', { httpAgentOptions: [] }, 'option httpAgentOptions must be an object or a function'],
  [
    'httpAgentOptions',
    { httpAgentOptions: new Agent() },
    'option httpAgentOptions must be options of an agent, it is an agent; pass a function, () => agent',
  ],
  [
    'httpAgentOptions',
    { httpAgentOptions: { scheduling: 'x' } },
    'option httpAgentOptions was rejected by Node: ERR_INVALID_ARG_VALUE for scheduling',
  ],
  ...['x', -1, Number.NaN].map((maxSockets): (typeof wrong)[number] => [
    'httpAgentOptions',
    { httpAgentOptions: { maxSockets } },
    'option httpAgentOptions: maxSockets must be a number of 0 or more, it is',
  ]),
  [
    'httpAgentOptions',
    { httpAgentOptions: { timeout: -5 } },
    'option httpAgentOptions: timeout must be a number of milliseconds, it is a value of type number',
  ],
  [
    'httpAgentOptions',
    { httpAgentOptions: { localAddress: 'secret' } },
    'option httpAgentOptions: localAddress must be an IP address, it is a string of 6 characters',
  ],
  [
    'httpAgentOptions',
    { url: 'https://localhost:2/', httpAgentOptions: { servername: 5 } },
    'option httpAgentOptions: servername must be a string, it is a value of type number',
  ],
  [
    'httpAgentOptions',
    { url: 'https://localhost:2/', httpAgentOptions: { session: 5 } },
    'option httpAgentOptions: session must be a string or a Buffer, it is',
  ],
  [
    'httpAgentOptions',
    { url: 'https://localhost:2/', httpAgentOptions: { ca: 5 } },
    'option httpAgentOptions: rejected by Node: ERR_INVALID_ARG_TYPE for ca',
  ],
  [
    'httpAgentOptions',
    { url: 'https://localhost:2/', httpAgentOptions: { cert: 'garbage' } },
    'option httpAgentOptions: rejected by Node: ERR_OSSL_PEM_NO_START_LINE',
  ],
  ['concurrency', { concurrency: 65 }, 'option concurrency must be a whole number from 1 to 64, it is 65'],
  [
    'maxExportBatchSize',
    { maxExportBatchSize: 1.5 },
    'option maxExportBatchSize must be a whole number from 1 to',
  ],
  [
    'scheduledDelayMillis',
    { scheduledDelayMillis: -1 },
    'option scheduledDelayMillis must be a whole number from 0',
  ],
  ['exportTimeoutMillis', { exportTimeoutMillis: '1' }, 'option exportTimeoutMillis must be a whole number'],
  [
    'shutdownTimeoutMillis',
    { shutdownTimeoutMillis: null },
    'option shutdownTimeoutMillis must be a whole number',
  ],
  ['directory', { directory: '' }, 'option directory must be a path, it is a string of 0 characters'],
  ['durability', { durability: 'disk' }, "option durability must be 'batch' or 'span', it is a string of 4"],
  ['durability', { durability: 'span' }, "option durability 'span' needs the option directory"],
  [
    'fsync',
    { fsync: true, directory: 'never made' },
    "option fsync must be 'never' or 'interval' or 'batch', it is a value of type boolean",
  ],
  ['fsync', { fsync: 'batch' }, 'option fsync needs the option directory'],
  ['maxBytes', { maxBytes: 1_000_000 }, 'option maxBytes needs the option directory'],
  ['minFreeDiskBytes', { minFreeDiskBytes: 0 }, 'option minFreeDiskBytes needs the option directory'],
  ['maxBytes', { maxBytes: 999_999 }, 'option maxBytes must be a whole number from 1000000 to'],
  [
    'maxAge',
    { maxAge: Number.NaN },
    'option maxAge must be a whole number from 1 to 9007199254740991, it is NaN',
  ],
  ['minFreeDiskBytes', { minFreeDiskBytes: -1 }, 'option minFreeDiskBytes must be a whole number from 0 to'],
  ['maxMemoryBytes', { maxMemoryBytes: 1 }, 'option maxMemoryBytes must be a whole number from 1000000 to'],
  ['maxRejectedBytes', { maxRejectedBytes: [] }, 'option maxRejectedBytes must be a whole number from 0 to'],
  [
    'overflow',
    { overflow: 'block' },
    "option overflow must be 'drop-oldest' or 'reject-newest', it is a string",
  ],
  ['session', { session: true }, 'option session must be false or an object, it is a value of type boolean'],
  [
    'meterProvider',
    { meterProvider: {} },
    'option meterProvider must be a MeterProvider, it is a value of type',
  ],
]

test.each(wrong)('a wrong value of %s throws at construction: %j', (_name, options, message) => {
  expect(() => new PersistentBatchSpanProcessor(options as never)).toThrow(`${CLASS}: ${message}`)
})

test('a wrong option of session validation throws, with its path', () => {
  const create = () => new PersistentBatchSpanProcessor({ session: { maxLength: 0 } })
  expect(create).toThrow(
    'PersistentBatchSpanProcessor: option session.maxLength must be a whole number from 1 to 199, it is 0',
  )
})

test('a header whose value is undefined is left out, which is logged once, without a name that may be a token', async () => {
  const warnings = collectWarnings()
  onTestFinished(() => diag.disable())
  const { url, requests } = await startEndpoint()
  const missing = undefined as never
  const given: [HeadersOption, string][] = [
    [{ Authorization: missing, 'x-tenant': 'mine' }, '"Authorization"'],
    [
      [
        ['sk-5ecret-5ecret', missing],
        ['x-tenant', 'mine'],
      ],
      'one whose name has 16 characters',
    ],
    [() => ({ 'x-api-key': missing, 'x-tenant': 'mine' }), '"x-api-key"'],
  ]
  for (const [headers, name] of given) {
    const { end, processor } = startDelivery({ url, headers })
    for (const span of ['one', 'two']) {
      end(span)
      await processor.forceFlush()
    }
    expect(warnings).toHaveLength(1)
    expect(warnings.splice(0)[0]).toContain(`option headers: ${name} is undefined`)
    const sent = Object.keys(requests.at(-1)?.headers ?? {})
    expect(sent).toContain('x-tenant')
    expect(sent).not.toEqual(expect.arrayContaining([expect.stringMatching(/authorization|5ecret|api-key/)]))
  }
})

test('a User-Agent of the application goes before ours', async () => {
  const { url, requests } = await startEndpoint()
  const { end, processor } = startDelivery({ url, headers: { 'User-AGENT': 'my-app/1 (x)' } })
  end('one')
  await processor.forceFlush()
  expect(requests[0]?.headers['user-agent']).toMatch(/^my-app\/1 \(x\) otel-sessions-exporter\/\S+$/)
})

test('a message never contains the URL, which may contain a password', () => {
  const create = () => new PersistentBatchSpanProcessor({ url: 'ftp://me:secret@example.com' })
  expect(create).toThrow(/^(?!.*secret)/)
})

test('undefined options count as missing', async () => {
  const { url, names } = await startEndpoint()
  const { end, processor } = startDelivery({
    url,
    directory: undefined,
    session: undefined,
    headers: undefined,
  })
  end('one')
  await processor.forceFlush()
  expect(names()).toEqual(['one'])
})

test('missing options are read from the environment variables of OpenTelemetry', async () => {
  const { port, requests } = await startEndpoint()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`)
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=a%20b')
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json')
  const { end, processor } = startDelivery({ protocol: undefined })
  end('one')
  await processor.forceFlush()
  expect(requests[0]?.headers).toMatchObject({ 'x-tenant': 'a b', 'content-type': 'application/json' })
})

test('an option takes precedence over the environment', async () => {
  const { url, names } = await startEndpoint()
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://127.0.0.1:1/v1/traces')
  const { end, processor } = startDelivery({ url })
  end('one')
  await processor.forceFlush()
  expect(names()).toEqual(['one'])
})

const anyHeaders: [string, HeadersOption][] = [
  ['an object', { 'x-a': 1, 'X-Tenant': 'mine', 'x-none': undefined }],
  ['a Headers', new Headers({ 'x-a': '1', 'x-tenant': 'mine' })],
  [
    'a Map',
    new Map([
      ['x-a', '1'],
      ['x-tenant', 'mine'],
    ]),
  ],
  ['a function', () => ({ 'x-a': 1, 'x-tenant': 'mine', 'x-none': undefined })],
  ['an asynchronous function', async () => new Headers({ 'x-a': '1', 'x-tenant': 'mine' })],
]

test.each(anyHeaders)(
  'headers of %s take precedence over those of the environment, which are sent as well',
  async (_, headers) => {
    const { url, requests } = await startEndpoint()
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20t,x-tenant=other')
    const { end, processor } = startDelivery({ url, headers })
    end('one')
    await processor.forceFlush()
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'x-a': '1', 'x-tenant': 'mine' })
    expect(requests[0]?.headers).not.toHaveProperty('x-none')
  },
)

test('an invalid variable is logged, and the others are used', async () => {
  const { url, requests } = await startEndpoint()
  const warnings = collectWarnings()
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=t,secret')
  for (let i = 0; i < 2; i++) {
    const { end, processor } = startDelivery({ url })
    end('one')
    await processor.forceFlush()
  }
  diag.disable()
  expect(requests[1]?.headers).toMatchObject({ authorization: 't' })
  expect(warnings).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_HEADERS is ignored')])
})

test('the certificate in the environment is trusted, unless the options have another', async () => {
  const endpoint = await startTlsEndpoint([], { cert: certificate, key })
  onTestFinished(endpoint.close)
  const file = join(temporaryFolder(), 'ca.pem')
  writeFileSync(file, certificate)
  vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', file)
  const { end, processor } = startDelivery({ url: endpoint.url })
  end('one')
  await processor.forceFlush()
  expect(endpoint.received).toHaveLength(1)
  const options = { url: endpoint.url, httpAgentOptions: { ca: [] }, exportTimeoutMillis: 100 }
  const other = startDelivery({ ...options, shutdownTimeoutMillis: 100 })
  other.end('two')
  await expect(other.processor.forceFlush()).rejects.toThrow('not delivered')
})

test('the size of batches and the deadline are read from the variables of the stock processor', async () => {
  const { url, requests } = await startEndpoint()
  vi.stubEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '2')
  const { end, processor } = startDelivery({ url, shutdownTimeoutMillis: 50 })
  end('one', 'two', 'three')
  await processor.forceFlush()
  expect(requests.map(({ spans }) => spans.length)).toEqual([2, 1])
  vi.stubEnv('OTEL_BSP_EXPORT_TIMEOUT', '50')
  const silent = startDelivery({ url: (await startEndpoint(() => {})).url, shutdownTimeoutMillis: 50 })
  silent.end('four')
  await expect(silent.processor.forceFlush()).rejects.toThrow('within 50 ms')
})

test('headers that throw when they are read: the error does not repeat theirs, which may contain a token', () => {
  const headers = Object.defineProperty({}, 'a', {
    enumerable: true,
    get() {
      throw new TypeError('secret')
    },
  })
  const start = () => new PersistentBatchSpanProcessor({ headers })
  expect(start).toThrow(/^PersistentBatchSpanProcessor: option headers cannot be read$/)
})

test('a function can return other headers for each request', async () => {
  const { url, requests } = await startEndpoint(ok)
  let token = 0
  const { end, processor } = startDelivery({
    url,
    headers: async () => ({ authorization: `Bearer ${++token}` }),
  })
  end('one')
  await processor.forceFlush()
  end('two')
  await processor.forceFlush()
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2'])
})
