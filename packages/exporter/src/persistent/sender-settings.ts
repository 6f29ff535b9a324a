import { kindOf } from '@otel-sessions/semconv/internal'
import { LONGEST_TIMER } from '../check-number.ts'
import { CLASS, checkChoice, checkNumber, checkUrl } from './check-option.ts'
import type { HeadersOption, HttpAgentOption, PersistentBatchSpanProcessorOptions } from './options.ts'
import { hasZstd } from './sending/compress.ts'
import type { EnvSettings } from './sending/env.ts'
import { headersOf } from './sending/header-entries.ts'
import { isAgent } from './sending/target.ts'
import type { SenderSettings } from './sending/types.ts'

const MAX_REQUEST_BYTES = 4 * 1024 * 1024
const COMPRESSIONS = hasZstd ? ['none', 'gzip', 'zstd'] : ['none', 'gzip']

/** @throws TypeError or RangeError that names the option and the kind of value it has */
export function senderSettingsOf(
  options: PersistentBatchSpanProcessorOptions,
  environment: EnvSettings,
): SenderSettings {
  const { url = environment.url ?? 'http://localhost:4318/v1/traces' } = options
  const { headers = {}, httpAgentOptions = {} } = options
  const { compression = environment.compression ?? 'none' } = options
  const { timeoutMillis = environment.timeoutMillis ?? 10_000 } = options
  const { concurrency = 1, maxExportBatchSize = environment.maxExportBatchSize ?? 2048 } = options
  const { scheduledDelayMillis = environment.scheduledDelayMillis ?? 1000 } = options
  checkUrl('url', url)
  const united = unitedHeaders(headers, environment.headers)
  checkCompression('compression', compression)
  checkNumber('timeoutMillis', timeoutMillis, LONGEST_TIMER)
  checkNumber('concurrency', concurrency, 64)
  checkNumber('maxExportBatchSize', maxExportBatchSize, 65_536)
  checkNumber('scheduledDelayMillis', scheduledDelayMillis, LONGEST_TIMER, 0)
  return {
    url,
    headers: united,
    compression,
    timeoutMillis,
    agentOptions: agentOptionsOf(httpAgentOptions, environment.tls),
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

/** The option, and what only the environment has. */
function unitedHeaders(option: HeadersOption, environment: EnvSettings['headers']): HeadersOption {
  if (typeof option === 'function') return async () => ({ ...environment, ...headersOf(await option()) })
  try {
    return { ...environment, ...headersOf(option) }
  } catch (error) {
    throw new TypeError(
      `${CLASS}: option ${error instanceof TypeError ? error.message : 'headers cannot be read'}`,
    )
  }
}

function agentOptionsOf(option: HttpAgentOption, tls: EnvSettings['tls']): HttpAgentOption {
  if (typeof option === 'function') return option
  if (isAgent(option)) {
    throw new TypeError(
      `${CLASS}: option httpAgentOptions must be options of an agent, it is an agent: give a function, () => agent`,
    )
  }
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw new TypeError(
      `${CLASS}: option httpAgentOptions must be an object, or a function that gives an agent, it is ${kindOf(option)}`,
    )
  }
  return { ...tls, ...option }
}
