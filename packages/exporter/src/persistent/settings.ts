import { resolve } from 'node:path'
import {
  checkChoice,
  checkOptions,
  checkWholeNumber,
  isPolluted,
  kindOf,
  LONGEST_TIMER_MILLIS,
} from '@otel-sessions/semconv/internal'
import { problems } from '../problems.ts'
import type { ValidationOptions } from '../validation/options.ts'
import type { BodyFormat } from './encoder/codec.ts'
import {
  type HeadersOption,
  type MeterProviderLike,
  type PersistentBatchSpanProcessorOptions,
  PROCESSOR,
} from './options.ts'
import type { QueueSettings } from './queue/index.ts'
import { agentOptionsOf } from './sending/http/agent.ts'
import { httpUrl } from './sending/http/endpoint.ts'
import { type EnvSettings, readEnv } from './sending/http/env.ts'
import { headersOf } from './sending/http/headers.ts'
import { ValueError } from './sending/http/option-failure.ts'
import { hasZstd } from './sending/http/transport.ts'
import type { SenderSettings } from './sending/types.ts'

/** The options, checked and complete. */
export interface ProcessorSettings {
  readonly sender: SenderSettings
  readonly queue: QueueSettings
  /** Undefined without session validation. */
  readonly session: ValidationOptions | undefined
  /** The application has set the option `session`. */
  readonly isSessionSet: boolean
  readonly exportTimeoutMillis: number
  readonly shutdownTimeoutMillis: number
  readonly meterProvider: MeterProviderLike | undefined
}

const OPTIONS = [
  'url',
  'headers',
  'compression',
  'protocol',
  'timeoutMillis',
  'maxRetryAfterMillis',
  'httpAgentOptions',
  'concurrency',
  'maxExportBatchSize',
  'scheduledDelayMillis',
  'exportTimeoutMillis',
  'shutdownTimeoutMillis',
  'directory',
  'durability',
  'fsync',
  'maxBytes',
  'maxAge',
  'minFreeDiskBytes',
  'maxMemoryBytes',
  'maxRejectedBytes',
  'overflow',
  'session',
  'meterProvider',
] satisfies (keyof PersistentBatchSpanProcessorOptions)[]

/** For options of the stock processor and exporter. */
const HINTS: Readonly<Record<string, string>> = {
  export: 'this processor takes no exporter; it sends the spans itself, to the option url',
  maxQueueSize: 'the queue is limited in bytes, by maxMemoryBytes and maxBytes',
  concurrencyLimit: 'the option is concurrency',
  agent: 'it belongs to httpAgentOptions, as a function: () => agent',
  httpAgent: 'it belongs to httpAgentOptions, as a function: () => agent',
  httpsAgent: 'it belongs to httpAgentOptions, as a function: () => agent',
  keepAlive: 'it belongs to httpAgentOptions',
  hostname: 'the option is url, the whole URL',
  timeout: 'the option is timeoutMillis',
  userAgent: 'it belongs to headers, as User-Agent',
}

/**
 * Checks the options, and completes them from the environment.
 *
 * @throws TypeError or RangeError that names the option and the kind of its value
 */
export function settingsOf(given: PersistentBatchSpanProcessorOptions = {}): ProcessorSettings {
  const options = checkNames(given)
  const { settings: environment, problems: found } = readEnv(process.env)
  for (const problem of found) problems.report('environment:ignored', () => problem, problem)
  const { protocol = environment.protocol ?? 'http/protobuf', session = {}, meterProvider } = options
  const { exportTimeoutMillis = environment.exportTimeoutMillis ?? 30_000 } = options
  const { shutdownTimeoutMillis = 10_000 } = options
  checkChoice(PROCESSOR, 'protocol', protocol, ['http/protobuf', 'http/json'])
  checkNumber('exportTimeoutMillis', exportTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
  checkNumber('shutdownTimeoutMillis', shutdownTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
  if (session !== false && (typeof session !== 'object' || session === null || Array.isArray(session))) {
    throw wrong('session', 'must be false or an object', session)
  }
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== 'function') {
    throw wrong('meterProvider', 'must be a MeterProvider', meterProvider)
  }
  return {
    sender: senderSettingsOf(options, environment),
    queue: queueSettingsOf(options, protocol === 'http/json' ? 'json' : 'protobuf'),
    session: session === false ? undefined : session,
    isSessionSet: options.session !== undefined,
    exportTimeoutMillis,
    shutdownTimeoutMillis,
    meterProvider,
  }
}

function checkNames(options: PersistentBatchSpanProcessorOptions): PersistentBatchSpanProcessorOptions {
  const isObject = typeof options === 'object' && options !== null
  const hinted = isObject
    ? Object.keys(HINTS).find((name) => name in options && !isPolluted(options, name))
    : undefined
  if (hinted !== undefined)
    throw new TypeError(`${PROCESSOR}: there is no option "${hinted}": ${HINTS[hinted]}`)
  return checkOptions(PROCESSOR, options, OPTIONS)
}

const checkNumber = (option: string, value: unknown, least: number, most: number): void =>
  checkWholeNumber(PROCESSOR, option, value, least, most)

/** The value is never part of the message: a URL or a header may contain a password. */
const wrong = (option: string, must: string, value: unknown): TypeError =>
  new TypeError(`${PROCESSOR}: option ${option} ${must}, it is ${kindOf(value)}`)

const MAX_REQUEST_BYTES = 4 * 1024 * 1024

function senderSettingsOf(
  options: PersistentBatchSpanProcessorOptions,
  environment: EnvSettings,
): SenderSettings {
  const { url = environment.url ?? 'http://localhost:4318/v1/traces' } = options
  const { headers = {}, httpAgentOptions = {} } = options
  const { compression = environment.compression ?? 'none' } = options
  const { timeoutMillis = environment.timeoutMillis ?? 10_000 } = options
  const { maxRetryAfterMillis = 300_000 } = options
  const { concurrency = 1, maxExportBatchSize = environment.maxExportBatchSize ?? 2048 } = options
  const { scheduledDelayMillis = environment.scheduledDelayMillis ?? 1000 } = options
  if (httpUrl(url) === undefined) throw wrong('url', 'must be a whole URL with http: or https:', url)
  const merged = mergeHeaders(headers, environment.headers)
  checkCompression(compression)
  checkNumber('timeoutMillis', timeoutMillis, 1, LONGEST_TIMER_MILLIS)
  checkNumber('maxRetryAfterMillis', maxRetryAfterMillis, 0, LONGEST_TIMER_MILLIS)
  checkNumber('concurrency', concurrency, 1, 64)
  checkNumber('maxExportBatchSize', maxExportBatchSize, 1, 65_536)
  checkNumber('scheduledDelayMillis', scheduledDelayMillis, 0, LONGEST_TIMER_MILLIS)
  return {
    url,
    headers: merged,
    compression,
    timeoutMillis,
    maxRetryAfterMillis,
    agentOptions: agentOptionsOf(url, httpAgentOptions, environment.tls),
    concurrency,
    maxExportBatchSize,
    maxRequestBytes: MAX_REQUEST_BYTES,
    scheduledDelayMillis,
  }
}

function checkCompression(value: unknown): void {
  if (value === 'zstd' && !hasZstd) {
    throw new TypeError(
      `${PROCESSOR}: option compression 'zstd' needs Node 22.15 or later; this is ${process.version}`,
    )
  }
  checkChoice(PROCESSOR, 'compression', value, hasZstd ? ['none', 'gzip', 'zstd'] : ['none', 'gzip'])
}

/** The headers of the option, and those that only the environment has. */
function mergeHeaders(option: HeadersOption, environment: EnvSettings['headers']): HeadersOption {
  if (typeof option === 'function') return async () => ({ ...environment, ...headersOf(await option()) })
  try {
    return { ...environment, ...headersOf(option) }
  } catch (error) {
    const problem = error instanceof ValueError ? error.message : 'headers cannot be read'
    throw new TypeError(`${PROCESSOR}: option ${problem}`)
  }
}

const MEGABYTE = 1024 * 1024
const DAY_MILLIS = 86_400_000
/** A smaller segment would hardly contain a request. */
const LEAST_BYTES = 1_000_000

/** These have no effect without a journal. */
const JOURNAL_OPTIONS = ['fsync', 'maxBytes', 'minFreeDiskBytes'] as const

function queueSettingsOf(options: PersistentBatchSpanProcessorOptions, format: BodyFormat): QueueSettings {
  const { directory, durability = 'batch', fsync = 'interval' } = options
  const { maxBytes = 512 * MEGABYTE, maxAge = DAY_MILLIS, minFreeDiskBytes = 64 * MEGABYTE } = options
  const { maxMemoryBytes = 64 * MEGABYTE, maxRejectedBytes = 64 * MEGABYTE } = options
  const { overflow = 'drop-oldest' } = options
  if (directory !== undefined && (typeof directory !== 'string' || directory.length === 0)) {
    throw wrong('directory', 'must be a path', directory)
  }
  if (directory !== undefined && /^(~|file:)/.test(directory)) {
    throw new TypeError(`${PROCESSOR}: option directory must be a path; '~' and 'file:' are not expanded`)
  }
  checkChoice(PROCESSOR, 'durability', durability, ['batch', 'span'])
  if (durability === 'span' && directory === undefined) {
    throw new TypeError(`${PROCESSOR}: option durability 'span' needs the option directory`)
  }
  checkChoice(PROCESSOR, 'fsync', fsync, ['never', 'interval', 'batch'])
  checkChoice(PROCESSOR, 'overflow', overflow, ['drop-oldest', 'reject-newest'])
  checkNumber('maxBytes', maxBytes, LEAST_BYTES, Number.MAX_SAFE_INTEGER)
  checkNumber('maxAge', maxAge, 1, Number.MAX_SAFE_INTEGER)
  checkNumber('minFreeDiskBytes', minFreeDiskBytes, 0, Number.MAX_SAFE_INTEGER)
  checkNumber('maxMemoryBytes', maxMemoryBytes, LEAST_BYTES, Number.MAX_SAFE_INTEGER)
  checkNumber('maxRejectedBytes', maxRejectedBytes, 0, Number.MAX_SAFE_INTEGER)
  const unused = directory === undefined && JOURNAL_OPTIONS.find((option) => options[option] !== undefined)
  if (unused) throw new TypeError(`${PROCESSOR}: option ${unused} needs the option directory`)
  return {
    // The application may change its working directory later.
    directory: directory === undefined ? undefined : resolve(directory),
    format,
    maxBytes,
    maxMemoryBytes,
    keptBytes: Math.floor(maxMemoryBytes / 2),
    maxRejectedBytes,
    maxAge,
    minFreeDiskBytes,
    overflow,
    fsync,
    isSync: durability === 'span',
  }
}
