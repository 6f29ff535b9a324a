import { checkWholeNumber, LONGEST_TIMER_MILLIS } from '@otel-sessions/semconv/internal'
import type { ValidationOptions } from './validation/options.ts'

/** Options of `SessionSpanExporter`. */
export interface SessionSpanExporterOptions extends ValidationOptions {
  /**
   * How long one export may take before it counts as failed, in milliseconds; also the limit for the `forceFlush` of the
   * wrapped exporter. A whole number of at least 1, at most 2,147,483,647.
   *
   * @default 30000
   */
  readonly exportTimeoutMillis?: number | undefined
  /**
   * How long `shutdown` may take in all, in milliseconds. A whole number of at least 1, at most 2,147,483,647.
   *
   * @default 10000
   */
  readonly shutdownTimeoutMillis?: number | undefined
}

/** What messages begin with. */
export const OWNER = 'SessionSpanExporter'

/** The options beside those of validation. */
export const EXPORTER_OPTIONS = [
  'exportTimeoutMillis',
  'shutdownTimeoutMillis',
] satisfies (keyof SessionSpanExporterOptions)[]

/** The options beside those of validation, checked and complete. */
export interface ExporterSettings {
  readonly exportTimeoutMillis: number
  readonly shutdownTimeoutMillis: number
}

/** @throws RangeError that names the option and its value */
export function exporterSettingsOf(options: SessionSpanExporterOptions): ExporterSettings {
  const { exportTimeoutMillis = 30_000, shutdownTimeoutMillis = 10_000 } = options
  checkWholeNumber(OWNER, 'exportTimeoutMillis', exportTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
  checkWholeNumber(OWNER, 'shutdownTimeoutMillis', shutdownTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
  return { exportTimeoutMillis, shutdownTimeoutMillis }
}
