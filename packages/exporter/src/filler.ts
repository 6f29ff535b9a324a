import { readRecord } from '@otel-sessions/semconv/internal'
import { changesOf, type Decision, type Gatekeeper, shipped, unreadable } from './decide.ts'
import { isComplete, isUnnamed, noteSpan, sessionOfTrace } from './fill.ts'
import type { GateChanges } from './gate.ts'
import type { GivenUp, Hold } from './hold.ts'
import type { ExportableSpan } from './span-types.ts'
import { increment } from './stats.ts'
import { TraceMemory } from './trace-memory.ts'

/** The gate for `fillFromTrace`: what nobody names gets the session of its trace, once that is known. */
export class Filler<S extends ExportableSpan> {
  readonly #memory = new TraceMemory()
  readonly #hold: Hold<S>
  readonly #gatekeeper: Gatekeeper

  constructor(hold: Hold<S>, gatekeeper: Gatekeeper) {
    this.#hold = hold
    this.#gatekeeper = gatekeeper
  }

  /** The batch as it is shipped: without the spans that are to wait, with those that have waited long enough. */
  screen(spans: readonly S[], now: number): S[] {
    // All of them first: a trace may be named by its last span.
    const decisions = spans.map((span) => this.#decide(span))
    const batch: S[] = []
    decisions.forEach((decision, index) => {
      const span = spans[index] as S
      const placed =
        decision === undefined ? unreadable(span, this.#gatekeeper.counters) : this.#place(decision, now)
      if (placed !== undefined) batch.push(placed)
    })
    return batch.concat(this.fill(this.#hold.takeDue(now), 'time'))
  }

  /** Spans that have waited, as they are shipped; `givenUp` says why, for those whose trace goes on. */
  fill(decisions: readonly Decision<S>[], givenUp: GivenUp): S[] {
    return decisions.map((decision) => this.#fill(decision, givenUp))
  }

  #decide(span: S): Decision<S> | undefined {
    try {
      const { rules } = this.#gatekeeper
      const record = readRecord(span.spanContext())
      const changes = changesOf(span, record, this.#gatekeeper)
      const decision = { span, record, changes, isUnnamed: isUnnamed(span, record, changes, rules) }
      noteSpan(decision, this.#memory)
      return decision
    } catch {
      return undefined
    }
  }

  /** The span as it is shipped now, or the one that makes room for it; undefined where there is none. */
  #place(decision: Decision<S>, now: number): S | undefined {
    if (!decision.isUnnamed) return this.#shipped(decision, decision.changes)
    if (!this.#hold.wants(decision)) return this.#fill(decision)
    const tooMany = this.#hold.add(decision, now)
    return tooMany && this.#fill(tooMany, 'number')
  }

  #fill(decision: Decision<S>, givenUp?: GivenUp): S {
    const { span, record, changes } = decision
    const { rules, counters } = this.#gatekeeper
    try {
      const sessionId = sessionOfTrace(decision, this.#memory, rules)
      if (sessionId === undefined) {
        if (givenUp !== undefined && record !== undefined && !isComplete(record)) {
          increment(counters.givenUp, givenUp)
        }
        return this.#shipped(decision, changes)
      }
      counters.filled++
      return this.#shipped(decision, { ...(changes ?? UNCHANGED), sessionId })
    } catch {
      return unreadable(span, counters)
    }
  }

  #shipped({ span, record }: Decision<S>, changes: GateChanges | undefined): S {
    try {
      return shipped(span, record, changes, this.#gatekeeper)
    } catch {
      return unreadable(span, this.#gatekeeper.counters)
    }
  }
}

const UNCHANGED: GateChanges = {
  sessionId: undefined,
  overwrittenId: undefined,
  metadata: undefined,
  revoked: undefined,
  dropped: undefined,
  replaced: false,
}
