import type { Counters } from './counters.ts'
import { callSafely } from './listeners.ts'
import type { SessionTotals } from './totals-types.ts'

/** Called with the totals of a session that has ended. */
export type SessionEndListener = (totals: SessionTotals) => unknown

/**
 * Tells of ends, after the span or the batch that brought them: in a microtask, so that nobody's code runs in the
 * middle of `span.end()` or of an export.
 */
export class EndWatch {
  readonly #totals: (row: number) => SessionTotals
  readonly #counters: Counters
  readonly #listeners = new Set<{ readonly tell: SessionEndListener }>()
  /** Sessions that have ended; the totals of those that have gone since. */
  readonly #ended = new Map<number, SessionTotals | undefined>()
  #gone: SessionTotals[] = []
  #told: Promise<void> | undefined

  constructor(totals: (row: number) => SessionTotals, counters: Counters) {
    this.#totals = totals
    this.#counters = counters
  }

  listen(tell: SessionEndListener): () => void {
    const listener = { tell }
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** A session has ended. */
  ended(row: number): void {
    if (this.#listeners.size === 0) return
    this.#ended.set(row, undefined)
    this.#told ??= Promise.resolve().then(() => this.#tell())
  }

  /** A session goes: its row will be another's. */
  leaves(row: number): void {
    if (this.#ended.size > 0 && this.#ended.delete(row)) this.#gone.push(this.#totals(row))
  }

  /** When all have been told that have to be. */
  async settled(): Promise<void> {
    await this.#told
  }

  #tell(): void {
    this.#told = undefined
    const all = [...this.#gone, ...[...this.#ended.keys()].map((row) => this.#totals(row))]
    this.#gone = []
    this.#ended.clear()
    for (const totals of all) {
      for (const { tell } of [...this.#listeners]) {
        callSafely('a listener of onSessionEnd', tell, totals, this.#counters)
      }
    }
  }
}
