// Totals: one row for each session. This file finds, adds and evicts rows; `rows.ts`, `columns.ts` and `fields.ts` store
// them, with `models.ts`, `value-sets.ts`, `sketch.ts` and `rare-fields.ts` for what is no single number.
// `contribution.ts` is what one span adds; `read-totals.ts` makes the plain objects of `session-totals.ts`.
// The span counter and `../snapshots/` call this folder; it calls `../cost/` and `../usage/`.

import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { after, type Timer } from '@otel-sessions/semconv/internal'
import { NEWER, OLDER, TICK } from './fields.ts'
import type { Rows } from './rows.ts'

/** No row. */
export const NONE = -1

/**
 * The rows by session, and the order in which the sessions were used last. The order is a linked list through the rows:
 * a `Map` that is used as an LRU iterates over its deleted entries to find the oldest.
 */
export class Sessions {
  readonly #rows: Rows
  readonly #index = new Map<string, number>()
  readonly #maxSessions: number
  readonly #onRemove: (row: number, isIdle: boolean) => void
  #newest = NONE
  #oldest = NONE
  #lastId = ''
  #lastRow = NONE
  /** The current tick of the idle clock. */
  tick = 0

  /** @param onRemove called with the row of a session that is removed, before the row is emptied */
  constructor(rows: Rows, maxSessions: number, onRemove: (row: number, isIdle: boolean) => void) {
    this.#rows = rows
    this.#maxSessions = maxSessions
    this.#onRemove = onRemove
  }

  get size(): number {
    return this.#index.size
  }

  /** Returns the row of a session, or `NONE`. */
  find(id: string): number {
    if (id === this.#lastId) return this.#lastRow
    const row = this.#index.get(id)
    if (row === undefined) return NONE
    this.#lastId = id
    this.#lastRow = row
    return row
  }

  /** Returns the row of a session that is used, and adds one if there is none. */
  obtain(id: string): number {
    const row = this.find(id)
    if (row === NONE) return this.#add(id)
    this.#touch(row)
    return row
  }

  /** Adds a session. If there are too many, the least recently used one is removed. */
  #add(id: string): number {
    if (this.#index.size >= this.#maxSessions) this.#remove(this.#oldest, false)
    const row = this.#rows.add(id)
    this.#index.set(id, row)
    this.#rows.set(row, TICK, this.tick)
    this.#link(row)
    return row
  }

  #touch(row: number): void {
    this.#rows.set(row, TICK, this.tick)
    if (row === this.#newest) return
    this.#unlink(row)
    this.#link(row)
  }

  /**
   * Removes sessions that have not been used for some ticks.
   *
   * @returns whether there may be more than `limit`
   */
  removeUnused(ticks: number, limit: number): boolean {
    for (let count = 0; count < limit; count++) {
      if (this.#oldest === NONE) return false
      // Modulo 2^32, like the column.
      if ((this.tick - this.#rows.get(this.#oldest, TICK)) >>> 0 < ticks) return false
      this.#remove(this.#oldest, true)
    }
    return true
  }

  /** Returns the rows of all sessions. */
  rows(): IterableIterator<number> {
    return this.#index.values()
  }

  #remove(row: number, isIdle: boolean): void {
    const id = this.#rows.id(row)
    if (id === this.#lastId) {
      this.#lastId = ''
      this.#lastRow = NONE
    }
    this.#index.delete(id)
    this.#unlink(row)
    this.#onRemove(row, isIdle)
    this.#rows.remove(row)
  }

  #link(row: number): void {
    this.#rows.set(row, NEWER, 0)
    this.#rows.set(row, OLDER, this.#newest + 1)
    if (this.#newest !== NONE) this.#rows.set(this.#newest, NEWER, row + 1)
    this.#newest = row
    if (this.#oldest === NONE) this.#oldest = row
  }

  #unlink(row: number): void {
    const newer = this.#rows.get(row, NEWER) - 1
    const older = this.#rows.get(row, OLDER) - 1
    if (newer === NONE) this.#newest = older
    else this.#rows.set(newer, OLDER, older + 1)
    if (older === NONE) this.#oldest = newer
    else this.#rows.set(older, NEWER, newer + 1)
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
