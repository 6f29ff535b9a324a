import { checkFunction, checkOptions, checkWhole } from '../check-option.ts'
import { endOpenSession } from '../open-sessions.ts'
import { LONGEST_TIMER } from '../platform.ts'

/** Why a session is over. */
export type ExpiryReason = 'idle' | 'max-age'

/** Options of `SessionIdle`. At least one of `idle` and `maxAge`. */
export interface SessionIdleOptions {
  /** After how many milliseconds without a sign of life a session is over: 1 to 2,147,483,647. */
  readonly idle?: number | undefined
  /** After how many milliseconds since its first sign of life it is over, whatever happens: 1 to 2,147,483,647. */
  readonly maxAge?: number | undefined
  /**
   * What is done with it. Called from a timer, outside every span and session; what it throws or rejects with is
   * counted. It may be called for a session that was ended by its ID elsewhere.
   *
   * @default a session that was started in this process, and is not ended, ends as `indeterminate` with the reason
   */
  readonly onExpire?: ((sessionId: string, reason: ExpiryReason) => unknown) | undefined
  /**
   * How many sessions are watched: 1 to 10,000,000. Where there are more, the one that is idle longest is
   * forgotten, which is counted: it does not expire, and its next sign of life is its first. Somebody who makes
   * up IDs must not end the sessions of others.
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
  readonly maxAge: number
  readonly onExpire: NonNullable<SessionIdleOptions['onExpire']>
  readonly maxSessions: number
}

/**
 * The options, checked.
 *
 * @throws TypeError or RangeError that names the option and what it is
 */
export function idleSettings(options: SessionIdleOptions): IdleSettings {
  const where = 'SessionIdle'
  checkOptions(where, options, OPTIONS)
  const { idle, maxAge, onExpire = endOpenSession, maxSessions = 100_000 } = options
  if (idle === undefined && maxAge === undefined) {
    throw new TypeError(`${where}: one of the options idle and maxAge must be given`)
  }
  if (idle !== undefined) checkWhole(where, 'idle', idle, 1, LONGEST_TIMER)
  if (maxAge !== undefined) checkWhole(where, 'maxAge', maxAge, 1, LONGEST_TIMER)
  checkFunction(where, 'onExpire', onExpire)
  checkWhole(where, 'maxSessions', maxSessions, 1, MOST_SESSIONS)
  return {
    idle: idle ?? Number.POSITIVE_INFINITY,
    maxAge: maxAge ?? Number.POSITIVE_INFINITY,
    onExpire,
    maxSessions,
  }
}
