import { kindOf, unknownOption } from '@otel-sessions/semconv/internal'
import { LONGEST_TIMER } from '../check-number.ts'
import type { SessionSpanExporterOptions } from '../options.ts'
import { sayOnce } from '../report.ts'
import { CLASS, checkChoice, checkNumber } from './check-option.ts'
import type { MeterProviderLike } from './meter-types.ts'
import type { PersistentBatchSpanProcessorOptions } from './options.ts'
import type { QueueSettings } from './queue/types.ts'
import { queueSettingsOf } from './queue-settings.ts'
import { senderSettingsOf } from './sender-settings.ts'
import { readEnv } from './sending/env.ts'
import type { SenderSettings } from './sending/types.ts'

/** The options, checked and complete. */
export interface ProcessorSettings {
  readonly sender: SenderSettings
  readonly queue: QueueSettings
  /** Undefined where there is no gate. */
  readonly gate: SessionSpanExporterOptions | undefined
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
  'httpAgentOptions',
  'concurrency',
  'maxExportBatchSize',
  'scheduledDelayMillis',
  'exportTimeoutMillis',
  'shutdownTimeoutMillis',
  'directory',
  'durability',
  'fsync',
  'journalCompression',
  'maxBytes',
  'maxAge',
  'minFreeDiskBytes',
  'maxMemoryBytes',
  'maxRejectedBytes',
  'overflow',
  'gate',
  'meterProvider',
] satisfies (keyof PersistentBatchSpanProcessorOptions)[]

/** What those look for who know the stock processor and exporter. */
const HINTS: Readonly<Record<string, string>> = {
  export: 'this processor takes no exporter, it sends the spans itself; give it the url',
  maxQueueSize: 'the queue is bounded in bytes, by maxMemoryBytes and maxBytes',
  concurrencyLimit: 'the option is concurrency',
  keepAlive: 'it is one of httpAgentOptions',
  hostname: 'the option is url, the whole URL',
  timeout: 'the option is timeoutMillis',
}

/**
 * The options, checked, with what the environment says where they are silent.
 *
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function settingsOf(options: PersistentBatchSpanProcessorOptions = {}): ProcessorSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${CLASS}: options must be an object, they are ${kindOf(options)}`)
  }
  const unknown = unknownOption(options, OPTIONS)
  if (unknown !== undefined) {
    const name = Object.keys(HINTS).find((hinted) => hinted in options)
    throw new TypeError(
      `${CLASS}: ${name === undefined ? unknown : `there is no option "${name}": ${HINTS[name]}`}`,
    )
  }
  const { settings: environment, problems } = readEnv(process.env)
  for (const problem of problems) sayOnce(`environment:${problem}`, () => problem)
  const { protocol = environment.protocol ?? 'http/protobuf', gate = {}, meterProvider } = options
  const { exportTimeoutMillis = environment.exportTimeoutMillis ?? 30_000 } = options
  const { shutdownTimeoutMillis = 10_000 } = options
  checkChoice('protocol', protocol, ['http/protobuf', 'http/json'])
  checkNumber('exportTimeoutMillis', exportTimeoutMillis, LONGEST_TIMER)
  checkNumber('shutdownTimeoutMillis', shutdownTimeoutMillis, LONGEST_TIMER)
  if (gate !== false && (typeof gate !== 'object' || gate === null || Array.isArray(gate))) {
    throw new TypeError(`${CLASS}: option gate must be false or an object, it is ${kindOf(gate)}`)
  }
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== 'function') {
    throw new TypeError(
      `${CLASS}: option meterProvider must be a MeterProvider, it is ${kindOf(meterProvider)}`,
    )
  }
  return {
    sender: senderSettingsOf(options, environment),
    queue: queueSettingsOf(options, protocol === 'http/json' ? 'json' : 'protobuf'),
    gate: gate === false ? undefined : gate,
    exportTimeoutMillis,
    shutdownTimeoutMillis,
    meterProvider,
  }
}
