import { kindOf, unknownOption } from '@otel-sessions/semconv/internal'
import { checkWholeNumber, LONGEST_TIMER } from './check-number.ts'

/** How long, and how many, spans without a session wait for their trace. */
export interface FillFromTraceOptions {
  /**
   * How long a span may wait, in milliseconds; one that has waited so long goes without a session. A whole number of at least 1, at most 2,147,483,647.
   *
   * @default 30000
   */
  readonly holdMillis?: number | undefined
  /**
   * How many spans may wait at the same time; one more, and the one that has waited longest goes. A whole number
   * of at least 1, at most 50,000. Spans are kept in memory, with their attributes.
   *
   * @default 2048
   */
  readonly maxSpans?: number | undefined
}

/** The option, checked and complete. */
export interface FillSettings {
  /** 0 where nothing waits. */
  readonly holdMillis: number
  readonly maxSpans: number
}

const NAME = 'SessionSpanExporter: option fillFromTrace'
const OPTIONS = ['holdMillis', 'maxSpans'] satisfies (keyof FillFromTraceOptions)[]

/**
 * The option, checked; undefined where it is off.
 *
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function fillSettingsOf(option: boolean | FillFromTraceOptions): FillSettings | undefined {
  if (option === false) return undefined
  if (option === true) return { holdMillis: 0, maxSpans: 0 }
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw new TypeError(`${NAME} must be a boolean or an object, it is ${kindOf(option)}`)
  }
  const unknown = unknownOption(option, OPTIONS)
  if (unknown !== undefined) throw new TypeError(`${NAME}: ${unknown}`)
  const { holdMillis = 30_000, maxSpans = 2048 } = option
  checkWholeNumber('fillFromTrace.holdMillis', holdMillis, LONGEST_TIMER)
  checkWholeNumber('fillFromTrace.maxSpans', maxSpans, 50_000)
  return { holdMillis, maxSpans }
}
