import { checkOptions, checkWholeNumber, kindOf, LONGEST_TIMER_MILLIS } from '@otel-sessions/semconv/internal'
import { builtinModule } from '../../platform.ts'

/** The part of a tracer provider that is used. */
export interface Flushable {
  /** Exports all finished spans; resolves when that is done. */
  forceFlush(): Promise<unknown>
}

/** Options of `endSessionsOnSignals`. */
export interface EndSessionsOnSignalsOptions {
  /**
   * The signals on which open sessions are ended.
   *
   * @default ['SIGINT', 'SIGTERM']
   */
  readonly signals?: readonly string[] | undefined
  /**
   * How long the flush may take, in milliseconds, before the process ends all the same: 1 to 2,147,483,647. Give less
   * than the time between signal and kill: 30 s on Kubernetes, 10 s with Docker.
   *
   * @default 5000
   */
  readonly timeoutMillis?: number | undefined
  /**
   * The provider to flush. For several: `{ forceFlush: () => Promise.all([traces.forceFlush(), logs.forceFlush()]) }`.
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

/** The function whose options these are, as messages name it. */
export const WHERE = 'endSessionsOnSignals'

/**
 * Checks the options.
 *
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function signalSettings(options: EndSessionsOnSignalsOptions): SignalSettings {
  const own = checkOptions(WHERE, options, OPTIONS)
  const { signals = ['SIGINT', 'SIGTERM'], timeoutMillis = 5000, provider } = own
  if (!Array.isArray(signals) || signals.length === 0 || !signals.every(isSignal)) {
    throw new TypeError(
      `${WHERE}: option signals must be an array of one or more signals such as SIGTERM, it is ${kindOf(signals)}`,
    )
  }
  checkWholeNumber(WHERE, 'timeoutMillis', timeoutMillis, 1, LONGEST_TIMER_MILLIS)
  if (provider !== undefined && typeof provider?.forceFlush !== 'function') {
    throw new TypeError(`${WHERE}: option provider must have a method forceFlush, it is ${kindOf(provider)}`)
  }
  return { signals: new Set(signals), timeoutMillis, provider }
}

/** Whether the platform knows the signal. Where it does not list its signals, the form of the name decides. */
function isSignal(signal: unknown): boolean {
  if (typeof signal !== 'string' || !/^SIG[A-Z\d]+$/.test(signal)) return false
  const os = builtinModule('node:os') as { constants?: { signals?: object } } | undefined
  const known = os?.constants?.signals
  return known === undefined || Object.hasOwn(known, signal)
}
