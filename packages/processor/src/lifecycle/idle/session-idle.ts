// Ends sessions that are silent for too long, or too old. `options.ts` checks the options, `watched-sessions.ts` knows
// when each session expires. Calls run from spans, or from `touch`, to the watched sessions, and from one timer to
// `onExpire`, which by default ends the session in `open-sessions.ts`.
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { ATTR_SESSION_ID, checkSessionId, SESSION_SPAN_NAMES } from '@otel-sessions/semconv'
import { after, GenerationalMap, now, type Timer } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import { attributesOf } from '../../rules/stamp.ts'
import { type ExpiryReason, type IdleSettings, idleSettings, type SessionIdleOptions } from './options.ts'
import { WatchedSessions } from './watched-sessions.ts'

/** How many sessions expire in a row. The next ones wait for a new timer, so that the application can work in between. */
const AT_A_TIME = 100

/** How many ended sessions are remembered at least. */
const ENDED_REMEMBERED = 5000

/**
 * Calls back when a session is idle for too long, or lasts too long. It is a SpanProcessor: registered after
 * `SessionSpanProcessor`, it counts the start and the end of every span with a `session.id` as activity. A span
 * `session.end` stops watching its session until the next `session.start`. Or call `touch` yourself.
 *
 * One timer serves all sessions. It does not keep the process alive, and its clock is never set back. Activity before
 * the timer fires counts, however late the timer is. Each process watches for itself.
 *
 * @example new SessionIdle({ idle: 30 * 60_000, maxAge: 24 * 3_600_000 })
 */
export class SessionIdle {
  readonly #settings: IdleSettings
  readonly #watched: WatchedSessions
  /** Session spans and other spans that come after the end of their session are no activity. */
  readonly #ended = new GenerationalMap<true>(ENDED_REMEMBERED)
  #timer: Timer | undefined
  #isStopped = false

  /**
   * Creates a processor that watches sessions.
   *
   * @throws TypeError or RangeError when an option is wrong, or none is given; the message names it
   */
  constructor(options: SessionIdleOptions) {
    this.#settings = idleSettings(options)
    this.#watched = new WatchedSessions(this.#settings)
  }

  /** How many sessions are watched. */
  get size(): number {
    return this.#watched.size
  }

  /** Notes activity of a session. An invalid ID is counted. Never throws. */
  touch(sessionId: string): void {
    if (this.#isStopped) return
    const time = now()
    if (this.#watched.touch(sessionId, time)) return
    const check = checkSessionId(sessionId)
    if (!check.ok) {
      report('idle:bad-id', () => `SessionIdle ignores an invalid session ID: ${check.reason}`)
      return
    }
    if (this.#watched.add(sessionId, time)) {
      report('idle:forgotten', () => {
        return `SessionIdle forgets the session that is idle longest: it watches more than ${this.#settings.maxSessions} (maxSessions)`
      })
    }
    // Activity only postpones the next expiry, so a timer that is set is never too late.
    if (this.#timer === undefined) this.#setTimer(time)
  }

  /** Stops watching a session; it does not expire. Returns whether it was watched. */
  delete(sessionId: string): boolean {
    return this.#watched.delete(sessionId)
  }

  /** Stops watching all sessions for good; none expires. */
  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#watched.clear()
  }

  /** Called by the SDK when a span starts. */
  onStart(span: object): void {
    this.#onSpan(span)
  }

  /** Called by the SDK when a span has ended. */
  onEnd(span: object): void {
    this.#onSpan(span)
  }

  /** Part of the span processor interface; does nothing. */
  async forceFlush(): Promise<void> {}

  /** Stops watching all sessions, as `stop` does. */
  async shutdown(): Promise<void> {
    this.stop()
  }

  #onSpan(span: object): void {
    try {
      const id = attributesOf(span)[ATTR_SESSION_ID]
      if (typeof id === 'string') this.#apply(id, (span as { readonly name?: unknown }).name)
    } catch {
      report('span:unreadable', () => 'SessionIdle ignores a span: reading it throws')
    }
  }

  #apply(id: string, spanName: unknown): void {
    if (spanName === SESSION_SPAN_NAMES.end) {
      this.delete(id)
      this.#ended.set(id, true)
    } else if (spanName === SESSION_SPAN_NAMES.start) {
      this.#ended.delete(id)
      this.touch(id)
    } else if (!this.#ended.has(id)) this.touch(id)
  }

  #setTimer(time: number): void {
    const wait = this.#watched.nextExpiry() - time
    if (wait === Number.POSITIVE_INFINITY) return
    // In the root context: otherwise `onExpire` would run in the span and the session that are active here.
    context.with(ROOT_CONTEXT, () => {
      this.#timer = after(Math.max(1, Math.ceil(wait)), () => this.#expire())
    })
  }

  #expire(): void {
    this.#timer = undefined
    const time = now()
    for (let count = 0; count < AT_A_TIME; count++) {
      const expired = this.#watched.takeExpired(time)
      if (expired === undefined) break
      this.#callBack(expired.id, expired.reason)
    }
    // `onExpire` may have stopped this object, or added a session.
    if (!this.#isStopped && this.#timer === undefined) this.#setTimer(time)
  }

  #callBack(id: string, reason: ExpiryReason): void {
    const failed = () => report('idle:on-expire', () => 'SessionIdle: onExpire threw, or rejected')
    try {
      const returned = this.#settings.onExpire(id, reason)
      if (returned instanceof Promise) returned.catch(failed)
    } catch {
      failed()
    }
  }
}
