import type { Backfill, ValidationOptions } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { VALIDATION_OPTIONS } from '@otel-sessions/exporter/internal'
import type { SessionSpanProcessor, SessionSpanProcessorOptions } from '@otel-sessions/processor'
import { checkOptions } from '@otel-sessions/semconv/internal'
import { RequestSpanProcessor } from '../requests/spans/span-parents.ts'

/**
 * Options of `sessionProcessors`: those of `SessionSpanProcessor` and of the validation before the export. `aliases` and
 * `maxLength` hold for both.
 */
export interface SessionProcessorsOptions
  extends Omit<ValidationOptions, 'backfill'>,
    SessionSpanProcessorOptions {
  /**
   * How long, and how many, spans without a session wait for their local trace to complete; they inherit its session if
   * it contained exactly one. `false` turns it off. A span with a session does not wait.
   *
   * @default backfill(): at most 30 s, and 2048 spans for each processor
   * @example sessionProcessors([batch], { backfill: backfill({ maxSpans: 20_000 }) })
   */
  readonly backfill?: Backfill | false | undefined
}

/** What messages begin with. */
export const WHERE = 'sessionProcessors'

/** The options of `SessionSpanProcessor`. */
export const STAMPING_OPTIONS = [
  'onOverwrite',
  'inferFromChildren',
  'aliases',
  'maxLength',
  'defaultSession',
] satisfies (keyof SessionSpanProcessorOptions)[]

const OPTIONS = [
  ...new Set([...VALIDATION_OPTIONS, ...STAMPING_OPTIONS]),
] satisfies (keyof SessionProcessorsOptions)[]

/** The options by what they are for. */
export interface SplitOptions {
  /** For validation, with backfill. */
  readonly validation: ValidationOptions
  /** Creates the processor that stamps. */
  readonly createProcessor: () => SessionSpanProcessor
  /** The names of options for validation, and for the processor, that the application has set. */
  readonly set: { readonly validation: readonly string[]; readonly processor: readonly string[] }
}

/**
 * Checks the names of the options, and splits them. The parts check the values when they are constructed, in `asOwnError`.
 *
 * @throws TypeError that names the option
 */
export function splitOptions(options: SessionProcessorsOptions): SplitOptions {
  const own = checkOptions(WHERE, options, OPTIONS)
  const validation = pickSet(own, VALIDATION_OPTIONS)
  const processor: SessionSpanProcessorOptions = pickSet(own, STAMPING_OPTIONS)
  const { backfill: wait = backfill() } = own
  return {
    validation: { ...validation, backfill: wait === false ? undefined : wait },
    createProcessor: () => asOwnError(WHERE, () => new RequestSpanProcessor(processor)),
    set: { validation: Object.keys(validation), processor: Object.keys(processor) },
  }
}

/** Those of some options that the application has set. */
export const pickSet = <T extends object>(options: T, names: readonly (keyof T)[]): Partial<T> =>
  Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  ) as Partial<T>

/**
 * Constructs a part. Its error names the option as the caller knows it.
 *
 * @param where the function that the caller has called
 * @throws the part's TypeError or RangeError, with that function in place of the part's class
 */
export function asOwnError<T>(where: string, construct: () => T): T {
  try {
    return construct()
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    const Problem = error instanceof RangeError ? RangeError : TypeError
    const message = error.message
      .replace(/^\w+: option /, `${where}: option `)
      // What the part advises to import is in this package as well.
      .replace(/@otel-sessions\/exporter\/\w+/, 'otel-sessions')
    throw new Problem(message, { cause: error })
  }
}
