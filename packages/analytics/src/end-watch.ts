import { callSafely } from './callbacks.ts'
import type { Counters } from './counters.ts'
import type { Later } from './later.ts'
import type { SessionTotals } from './totals/session-totals.ts'

/** Called with the totals of a session that has ended. */
export type SessionEndListener = (totals: SessionTotals) => unknown

/** Tells of ends, after the span or the batch that brought them. */
export class EndWatch {
  readonly #totals: (row: number) => SessionTotals
  readonly #counters: Counters
  readonly #later: Later
  readonly #listeners = new Set<{ readonly tell: SessionEndListener }>()
  /** Sessions that have ended, of which nobody has been told. */
  readonly #ended = new Map<number, { gone: SessionTotals | undefined }>()

  constructor(totals: (row: number) => SessionTotals, counters: Counters, later: Later) {
    this.#totals = totals
    this.#counters = counters
    this.#later = later
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
    const ended: { gone: SessionTotals | undefined } = { gone: undefined }
    this.#ended.set(row, ended)
    this.#later.add(() => {
      if (ended.gone === undefined) this.#ended.delete(row)
      this.#tell(ended.gone ?? this.#totals(row))
    })
  }

  /** A session goes: its row will be another's. */
  leaves(row: number): void {
    const ended = this.#ended.get(row)
    if (ended === undefined) return
    ended.gone = this.#totals(row)
    this.#ended.delete(row)
  }

  #tell(totals: SessionTotals): void {
    for (const { tell } of [...this.#listeners]) {
      callSafely('a listener of onSessionEnd', tell, totals, this.#counters)
    }
  }
}
