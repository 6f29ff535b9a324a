import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { ATTR_SESSION_ID, checkSessionId, SESSION_SPAN_NAMES } from '@otel-sessions/semconv'
import { report } from '../../report/report.ts'
import { attributesOf } from '../../rules/stamp.ts'
import { after, now } from '../platform.ts'
import { RecentIds } from '../recent-ids.ts'
import { type IdleSettings, idleSettings, type SessionIdleOptions } from './options.ts'
import { WatchedSessions } from './watched-sessions.ts'

/** So many sessions expire in one go; the others in the next, so that work of the application comes in between. */
const AT_A_TIME = 100

/**
 * Says when a session has been idle too long, or has lasted too long. A SpanProcessor by its shape: registered
 * behind `SessionSpanProcessor` it takes the start and the end of every span with a `session.id` as a sign of
 * life, and needs no calls; a span `session.end` stops the watch until a `session.start`. Or call `touch` yourself.
 *
 * One timer for all sessions, which does not keep the process alive, and a clock that is never set back. A sign of
 * life that comes before the timer does counts, however late the timer is. Each process watches for itself.
 *
 * @example new SessionIdle({ idle: 30 * 60_000, maxAge: 24 * 3_600_000 })
 */
export class SessionIdle {
  readonly #settings: IdleSettings
  readonly #watched: WatchedSessions
  /** What is said of a session after its end, and the spans that end after it, are no signs of life. */
  readonly #ended = new RecentIds()
  #timer: { cancel(): void } | undefined
  #isStopped = false

  /** @throws TypeError or RangeError when an option is wrong, or none is given; the message names it */
  constructor(options: SessionIdleOptions) {
    this.#settings = idleSettings(options)
    this.#watched = new WatchedSessions(this.#settings)
  }

  /** How many sessions are watched. */
  get size(): number {
    return this.#watched.size
  }

  /** A sign of life. What is no session ID is counted. Never throws. */
  touch(sessionId: string): void {
    if (this.#isStopped) return
    const time = now()
    if (this.#watched.touch(sessionId, time)) return
    const check = checkSessionId(sessionId)
    if (!check.ok) {
      report('idle:bad-id', () => `SessionIdle: a session ID is passed over: ${check.reason}`)
      return
    }
    if (this.#watched.add(sessionId, time)) {
      report('idle:forgotten', () => {
        return `SessionIdle: the session that was idle longest is forgotten: there are more than ${this.#settings.maxSessions} (maxSessions)`
      })
    }
    // Signs of life only put off what is next, so a timer that is set is never too late.
    if (this.#timer === undefined) this.#setTimer(time)
  }

  /** Watches a session no more; it does not expire. */
  delete(sessionId: string): boolean {
    return this.#watched.delete(sessionId)
  }

  /** Watches no session any more, now and from now on; none expires. */
  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#watched.clear()
  }

  /** Called by the SDK when a span starts. */
  onStart(span: object): void {
    this.#see(span)
  }

  /** Called by the SDK when a span has ended. */
  onEnd(span: object): void {
    this.#see(span)
  }

  /** Nothing waits here. */
  async forceFlush(): Promise<void> {}

  /** The same as `stop`. */
  async shutdown(): Promise<void> {
    this.stop()
  }

  #see(span: object): void {
    try {
      const id = attributesOf(span)[ATTR_SESSION_ID]
      if (typeof id === 'string') this.#hear(id, (span as { readonly name?: unknown }).name)
    } catch {
      report('span:unreadable', () => 'a span is passed over: reading or stamping it throws')
    }
  }

  #hear(id: string, name: unknown): void {
    if (name === SESSION_SPAN_NAMES.end) {
      this.delete(id)
      this.#ended.add(id)
    } else if (name === SESSION_SPAN_NAMES.start) {
      this.#ended.delete(id)
      this.touch(id)
    } else if (!this.#ended.has(id)) this.touch(id)
  }

  #setTimer(time: number): void {
    const wait = this.#watched.nextExpiry() - time
    if (wait === Number.POSITIVE_INFINITY) return
    // Else everything that expires would do so inside the span and the session that happen to be active here.
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
      this.#tell(expired.id, expired.reason)
    }
    // It may have been stopped, or a session may have been added, by the application.
    if (!this.#isStopped && this.#timer === undefined) this.#setTimer(time)
  }

  #tell(...[id, reason]: Parameters<IdleSettings['onExpire']>): void {
    const failed = () => report('idle:on-expire', () => 'SessionIdle: onExpire threw, or rejected')
    try {
      const returned = this.#settings.onExpire(id, reason)
      if (returned instanceof Promise) returned.catch(failed)
    } catch {
      failed()
    }
  }
}
