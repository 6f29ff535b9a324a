import {
  checkFunction,
  checkOptions,
  checkWholeNumber,
  LONGEST_TIMER_MILLIS,
} from '@otel-sessions/semconv/internal'
import { endOpenSession } from '../open-sessions.ts'

/** Why a session expires. */
export type ExpiryReason = 'idle' | 'max-age'

/** Options of `SessionIdle`. Give at least one of `idle` and `maxAge`. */
export interface SessionIdleOptions {
  /** A session expires after this many milliseconds without activity: 1 to 2,147,483,647. */
  readonly idle?: number | undefined
  /** A session expires this many milliseconds after its first activity, active or not: 1 to 2,147,483,647. */
  readonly maxAge?: number | undefined
  /**
   * Called for each session that expires, from a timer, outside every span and session. What it throws or rejects with
   * is counted. It may be called for a session that another process has ended.
   *
   * @default ends a session that was started in this process and is open as `indeterminate`, with the reason
   */
  readonly onExpire?: ((sessionId: string, reason: ExpiryReason) => unknown) | undefined
  /**
   * The most sessions that are watched: 1 to 10,000,000. Beyond that, the session that is idle longest is forgotten,
   * which is counted: it does not expire, and its next activity is its first. So clients that make up IDs cannot end
   * the sessions of others.
   *
   * @default 100000
   */
  readonly maxSessions?: number | undefined
}

const OPTIONS = ['idle', 'maxAge', 'onExpire', 'maxSessions'] satisfies (keyof SessionIdleOptions)[]
const MOST_SESSIONS = 10_000_000

/** The options, checked. */
export interface IdleSettings {
  /** `Infinity` where there is no such limit. */
  readonly idle: number
  /** `Infinity` where there is no such limit. */
  readonly maxAge: number
  readonly onExpire: NonNullable<SessionIdleOptions['onExpire']>
  readonly maxSessions: number
}

/**
 * Checks the options.
 *
 * @throws TypeError or RangeError that names the option and its value
 */
export function idleSettings(options: SessionIdleOptions): IdleSettings {
  const where = 'SessionIdle'
  const own = checkOptions(where, options, OPTIONS)
  const { idle, maxAge, onExpire = endOpenSession, maxSessions = 100_000 } = own
  if (idle === undefined && maxAge === undefined) {
    throw new TypeError(`${where}: one of the options idle and maxAge must be given`)
  }
  if (idle !== undefined) checkWholeNumber(where, 'idle', idle, 1, LONGEST_TIMER_MILLIS)
  if (maxAge !== undefined) checkWholeNumber(where, 'maxAge', maxAge, 1, LONGEST_TIMER_MILLIS)
  checkFunction(where, 'onExpire', onExpire)
  checkWholeNumber(where, 'maxSessions', maxSessions, 1, MOST_SESSIONS)
  return {
    idle: idle ?? Number.POSITIVE_INFINITY,
    maxAge: maxAge ?? Number.POSITIVE_INFINITY,
    onExpire,
    maxSessions,
  }
}
