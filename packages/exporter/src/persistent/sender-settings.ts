import { validateHeaderName, validateHeaderValue } from 'node:http'
import { kindOf } from '@otel-sessions/semconv/internal'
import { LONGEST_TIMER } from '../check-number.ts'
import { CLASS, checkChoice, checkNumber, checkUrl } from './check-option.ts'
import type { PersistentBatchSpanProcessorOptions } from './options.ts'
import { hasZstd } from './sending/compress.ts'
import type { EnvSettings } from './sending/env.ts'
import type { SenderSettings } from './sending/types.ts'

const MAX_REQUEST_BYTES = 4 * 1024 * 1024
const COMPRESSIONS = hasZstd ? ['none', 'gzip', 'zstd'] : ['none', 'gzip']

/** @throws TypeError or RangeError that names the option and the kind of value it has */
export function senderSettingsOf(
  options: PersistentBatchSpanProcessorOptions,
  environment: EnvSettings,
): SenderSettings {
  const { url = environment.url ?? 'http://localhost:4318/v1/traces' } = options
  const { headers = environment.headers ?? {}, httpAgentOptions = {} } = options
  const { compression = environment.compression ?? 'none' } = options
  const { timeoutMillis = environment.timeoutMillis ?? 10_000 } = options
  const { concurrency = 1, maxExportBatchSize = 2048, scheduledDelayMillis = 1000 } = options
  checkUrl('url', url)
  checkHeaders(headers)
  checkCompression('compression', compression)
  checkNumber('timeoutMillis', timeoutMillis, LONGEST_TIMER)
  checkNumber('concurrency', concurrency, 64)
  checkNumber('maxExportBatchSize', maxExportBatchSize, 65_536)
  checkNumber('scheduledDelayMillis', scheduledDelayMillis, LONGEST_TIMER, 0)
  if (typeof httpAgentOptions !== 'object' || httpAgentOptions === null) {
    throw new TypeError(
      `${CLASS}: option httpAgentOptions must be an object, it is ${kindOf(httpAgentOptions)}`,
    )
  }
  return {
    url,
    headers,
    compression,
    timeoutMillis,
    agentOptions: httpAgentOptions,
    concurrency,
    maxExportBatchSize,
    maxRequestBytes: MAX_REQUEST_BYTES,
    scheduledDelayMillis,
  }
}

/** @throws TypeError that names the option */
export function checkCompression(option: string, value: unknown): void {
  if (value === 'zstd' && !hasZstd) {
    throw new TypeError(
      `${CLASS}: option ${option} 'zstd' needs Node 22.15 or later; this is ${process.version}`,
    )
  }
  checkChoice(option, value, COMPRESSIONS)
}

function checkHeaders(headers: unknown): void {
  if (typeof headers === 'function') return
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new TypeError(`${CLASS}: option headers must be an object or a function, it is ${kindOf(headers)}`)
  }
  for (const [name, value] of Object.entries(headers)) {
    if (isHeader(name, value)) continue
    throw new TypeError(
      `${CLASS}: option headers: ${JSON.stringify(name)} must be a valid name of a header with a string that may stand in one, it is ${kindOf(value)}`,
    )
  }
}

function isHeader(name: string, value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
