import { kindOf } from '@otel-sessions/semconv/internal'
import { checkOptions, checkWhole } from '../check-option.ts'
import { builtinModule, LONGEST_TIMER } from '../platform.ts'

/** What ships what has been said, by what is used of it: a tracer provider. */
export interface Flushable {
  /** Ships all that there is; resolves when that is done. */
  forceFlush(): Promise<unknown>
}

/** Options of `endSessionsOnSignals`. */
export interface EndSessionsOnSignalsOptions {
  /**
   * Which signals.
   *
   * @default ['SIGINT', 'SIGTERM']
   */
  readonly signals?: readonly string[] | undefined
  /**
   * How long the flush may take, in milliseconds, before the process goes its way all the same: 1 to 2,147,483,647.
   * Less than whoever stops the process waits before it kills it: Kubernetes 30 s, Docker 10 s.
   *
   * @default 5000
   */
  readonly timeoutMillis?: number | undefined
  /**
   * What is flushed. For several: `{ forceFlush: () => Promise.all([traces.forceFlush(), logs.forceFlush()]) }`.
   *
   * @default the global tracer provider
   */
  readonly provider?: Flushable | undefined
}

/** The options, checked. */
export interface SignalSettings {
  readonly signals: ReadonlySet<string>
  readonly timeoutMillis: number
  readonly provider: Flushable | undefined
}

const OPTIONS = ['signals', 'timeoutMillis', 'provider'] satisfies (keyof EndSessionsOnSignalsOptions)[]

/** The function that these are the options of, as messages name it. */
export const WHERE = 'endSessionsOnSignals'

/**
 * The options, checked.
 *
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function signalSettings(options: EndSessionsOnSignalsOptions): SignalSettings {
  checkOptions(WHERE, options, OPTIONS)
  const { signals = ['SIGINT', 'SIGTERM'], timeoutMillis = 5000, provider } = options
  if (!Array.isArray(signals) || signals.length === 0 || !signals.every(isSignal)) {
    throw new TypeError(
      `${WHERE}: option signals must be names of signals such as SIGTERM, at least one; it is ${kindOf(signals)}`,
    )
  }
  checkWhole(WHERE, 'timeoutMillis', timeoutMillis, 1, LONGEST_TIMER)
  if (provider !== undefined && typeof provider?.forceFlush !== 'function') {
    throw new TypeError(`${WHERE}: option provider must have a method forceFlush, it is ${kindOf(provider)}`)
  }
  return { signals: new Set(signals), timeoutMillis, provider }
}

/** One that nobody sends would never be heard. Where the platform does not tell which there are, by its form alone. */
function isSignal(signal: unknown): boolean {
  if (typeof signal !== 'string' || !/^SIG[A-Z\d]+$/.test(signal)) return false
  const os = builtinModule('node:os') as { constants?: { signals?: object } } | undefined
  const known = os?.constants?.signals
  return known === undefined || Object.hasOwn(known, signal)
}
