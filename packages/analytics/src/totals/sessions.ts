import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { after, type Timer } from '@otel-sessions/semconv/internal'
import { Session } from './session.ts'

/**
 * The sessions by ID, and the order in which they were used last. The order is a linked list: a `Map` that is used as an
 * LRU iterates over its deleted entries to find the oldest.
 */
export class Sessions {
  readonly #sessions = new Map<string, Session>()
  readonly #maxSessions: number
  readonly #onRemove: (session: Session, isIdle: boolean) => void
  #newest: Session | undefined
  #oldest: Session | undefined
  #last: Session | undefined
  /** The current tick of the idle clock. */
  tick = 0

  /** @param onRemove called with a session that was removed */
  constructor(maxSessions: number, onRemove: (session: Session, isIdle: boolean) => void) {
    this.#maxSessions = maxSessions
    this.#onRemove = onRemove
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Returns a session; undefined if it is unknown. */
  find(id: string): Session | undefined {
    if (this.#last?.id === id) return this.#last
    const session = this.#sessions.get(id)
    if (session !== undefined) this.#last = session
    return session
  }

  /** Returns a session that is used, and adds it if it is unknown. */
  obtain(id: string): Session {
    const session = this.find(id)
    if (session === undefined) return this.#add(id)
    session.tick = this.tick
    if (session !== this.#newest) {
      this.#unlink(session)
      this.#link(session)
    }
    return session
  }

  /** Adds a session. If there are too many, the least recently used one is removed. */
  #add(id: string): Session {
    if (this.#oldest !== undefined && this.size >= this.#maxSessions) this.#remove(this.#oldest, false)
    const session = new Session(id)
    session.tick = this.tick
    this.#sessions.set(id, session)
    this.#link(session)
    return session
  }

  /**
   * Removes sessions that have not been used for some ticks.
   *
   * @returns whether there may be more than `limit`
   */
  removeUnused(ticks: number, limit: number): boolean {
    for (let count = 0; count < limit; count++) {
      const oldest = this.#oldest
      if (oldest === undefined || this.tick - oldest.tick < ticks) return false
      this.#remove(oldest, true)
    }
    return true
  }

  /** Returns all sessions. */
  all(): IterableIterator<Session> {
    return this.#sessions.values()
  }

  #remove(session: Session, isIdle: boolean): void {
    if (session === this.#last) this.#last = undefined
    this.#sessions.delete(session.id)
    this.#unlink(session)
    this.#onRemove(session, isIdle)
  }

  #link(session: Session): void {
    session.older = this.#newest
    if (this.#newest !== undefined) this.#newest.newer = session
    this.#newest = session
    this.#oldest ??= session
  }

  #unlink(session: Session): void {
    const { newer, older } = session
    if (newer === undefined) this.#newest = older
    else newer.older = older
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    // A removed session may be remembered for its spans, and must not keep others.
    session.newer = undefined
    session.older = undefined
  }
}

/** The ticks after which an unused session is removed; the first of them may be a short one. */
const IDLE_TICKS = 5
/** The sessions that are removed in one turn of the event loop; the next turn removes more. */
const REMOVED_AT_ONCE = 500

/**
 * Removes idle sessions. It counts ticks of a timer, so that counting a span reads no clock and changes of the system
 * clock have no effect. The timer runs only while there are sessions.
 */
export class IdleClock {
  readonly #sessions: Sessions
  readonly #tickMillis: number
  #timer: Timer | undefined
  #isClosed = false

  constructor(sessions: Sessions, idleMillis: number) {
    this.#sessions = sessions
    // A session that is unused for five ticks is unused for more than four whole ticks, which are `idleMillis`.
    this.#tickMillis = Math.max(1, Math.ceil(idleMillis / (IDLE_TICKS - 1)))
  }

  /** Starts the timer if there are sessions. */
  start(): void {
    if (this.#timer === undefined && !this.#isClosed && this.#sessions.size > 0)
      this.#wait(this.#tickMillis, true)
  }

  /** Stops the timer for good. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(millis: number, isTick: boolean): void {
    const fire = () => {
      if (isTick) this.#sessions.tick++
      const hasMore = this.#sessions.removeUnused(IDLE_TICKS, REMOVED_AT_ONCE)
      // Until here the field is set, so that a session which is added meanwhile starts no second timer.
      if (this.#isClosed || this.#sessions.size === 0) this.#timer = undefined
      else this.#wait(hasMore ? 0 : this.#tickMillis, !hasMore)
    }
    // The timer outlives the span that starts it, and must not keep that span's context.
    this.#timer = context.with(ROOT_CONTEXT, () => after(millis, fire))
  }
}
