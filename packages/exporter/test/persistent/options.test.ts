import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { afterEach, expect, test, vi } from 'vitest'
import { ok, startReceiver } from './receiver.ts'
import { startDelivery } from './support.ts'

const CLASS = 'PersistentBatchSpanProcessor'

afterEach(() => vi.unstubAllEnvs())

const wrong: [string, unknown, string][] = [
  ['options', 3, 'options must be an object, they are a value of type number'],
  ['a name', { urls: '' }, 'there is no option "urls"; there are url, headers,'],
  [
    'url',
    { url: 'localhost:4318' },
    'option url must be a whole URL with http: or https:, it is a string of 14',
  ],
  ['url', { url: 7 }, 'option url must be a whole URL with http: or https:, it is a value of type number'],
  ['headers', { headers: 'a=b' }, 'option headers must be an object or a function, it is a string of 3'],
  ['headers', { headers: { a: 1 } }, 'option headers: "a" must be a valid name of a header with a string'],
  ['headers', { headers: { 'a b': '1' } }, 'option headers: "a b" must be a valid name of a header'],
  ['headers', { headers: { a: 'x\ny' } }, 'option headers: "a" must be a valid name of a header'],
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
    'option httpAgentOptions must be an object, it is a value of type',
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
    { fsync: true },
    "option fsync must be 'never' or 'interval' or 'batch', it is a value of type boolean",
  ],
  ['journalCompression', { journalCompression: 'br' }, "option journalCompression must be 'none' or 'gzip'"],
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
  ['gate', { gate: true }, 'option gate must be false or an object, it is a value of type boolean'],
  [
    'meterProvider',
    { meterProvider: {} },
    'option meterProvider must be a MeterProvider, it is a value of type',
  ],
]

test.each(wrong)('a wrong value of %s throws at construction: %j', (_name, options, message) => {
  expect(() => new PersistentBatchSpanProcessor(options as never)).toThrow(`${CLASS}: ${message}`)
})

test("a wrong option of the gate throws with the gate's own message", () => {
  const create = () => new PersistentBatchSpanProcessor({ gate: { maxLength: 0 } })
  expect(create).toThrow('option maxLength must be a whole number from 1 to 199, it is 0')
})

test('a message never says the URL, which may hold a password', () => {
  const create = () => new PersistentBatchSpanProcessor({ url: 'ftp://me:secret@example.com' })
  expect(create).toThrow(/^(?!.*secret)/)
})

test('options that are undefined are as if they were not given', async () => {
  const { url, names } = await startReceiver()
  const { end, processor } = startDelivery({ url, directory: undefined, gate: undefined, headers: undefined })
  end('one')
  await processor.forceFlush()
  expect(names()).toEqual(['one'])
})

test('what the options do not say is read from the environment, as OpenTelemetry names it', async () => {
  const { port, requests } = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`)
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=a%20b')
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json')
  const { end, processor } = startDelivery({ protocol: undefined })
  end('one')
  await processor.forceFlush()
  expect(requests[0]?.headers).toMatchObject({ 'x-tenant': 'a b', 'content-type': 'application/json' })
})

test('an option goes before the environment', async () => {
  const { url, names } = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://127.0.0.1:1/v1/traces')
  const { end, processor } = startDelivery({ url })
  end('one')
  await processor.forceFlush()
  expect(names()).toEqual(['one'])
})

test('headers may be made anew for each request', async () => {
  const { url, requests } = await startReceiver(ok)
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
