import { type AnalyticsCounters, type Counters, newCounters } from './counters.ts'
import { Rows } from './rows.ts'
import { NONE, Sessions } from './sessions.ts'
import { SpanCounter } from './span-counter.ts'
import type { EndedSpan } from './span-types.ts'
import { totalsOf } from './totals.ts'
import type { SessionTotals } from './totals-types.ts'

/** Keeps totals of sessions. */
export class SessionAnalytics {
  readonly #rows = new Rows()
  readonly #counters: Counters = newCounters()
  readonly #sessions = new Sessions(this.#rows, 10_000, () => {
    this.#counters.evicted++
  })
  readonly #counter = new SpanCounter(this.#rows, this.#sessions, this.#counters, undefined, () => {})

  onStart(): void {}

  onEnd(span: EndedSpan): void {
    this.#counter.count(span)
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}

  /** The totals of a session, if there are any. */
  stats(id: string): SessionTotals | undefined {
    const row = this.#sessions.find(id)
    return row === NONE ? undefined : totalsOf(this.#rows, row)
  }

  counters(): AnalyticsCounters {
    return { sessions: this.#sessions.size, ...this.#counters }
  }
}
