import { readRecord } from '@otel-sessions/semconv'
import { changesOf, type Decision, type Gatekeeper, shipped, unreadable } from './decide.ts'
import { isUnnamed, noteSpan, sessionOfTrace } from './fill.ts'
import type { FillSettings } from './fill-options.ts'
import type { GateChanges } from './gate.ts'
import { type GivenUp, Hold } from './hold.ts'
import type { ExportableSpan } from './span-types.ts'
import { increment } from './stats.ts'
import { TraceMemory } from './trace-memory.ts'

/** The gate for `fillFromTrace`: what nobody names gets the session of its trace, once that is known. */
export class Filler<S extends ExportableSpan> {
  readonly #hold: Hold<S>
  readonly #memory = new TraceMemory()
  readonly #gatekeeper: Gatekeeper

  /** @param release ships all that waits; a flush of the processor calls it */
  constructor(settings: FillSettings, gatekeeper: Gatekeeper, release: () => Promise<void>) {
    this.#hold = new Hold(settings, release)
    this.#gatekeeper = gatekeeper
  }

  /** The batch as it is shipped: without the spans that are to wait, with those that have waited long enough. */
  screen(spans: readonly S[], now: number): S[] {
    // All of them first: a trace may be named by its last span.
    const decisions = spans.map((span) => this.#decide(span))
    const batch: S[] = []
    decisions.forEach((decision, index) => {
      if (decision === undefined) batch.push(unreadable(spans[index] as S, this.#gatekeeper.counters))
      else this.#place(decision, now, batch)
    })
    batch.push(...this.takeDue(now))
    return batch
  }

  /** The spans that have waited long enough, as they are shipped. */
  takeDue(now: number): S[] {
    return this.#hold.takeDue(now).map(({ decision, givenUp }) => this.#fill(decision, givenUp))
  }

  /** All spans that wait, as they are shipped. */
  takeAll(): S[] {
    return this.#hold.takeAll().map((decision) => this.#fill(decision, 'flush'))
  }

  /** How many spans wait. */
  get held(): number {
    return this.#hold.size
  }

  /** Nothing waits any more, and no flush of a processor reaches this. */
  close(): void {
    this.#hold.close()
  }

  #decide(span: S): Decision<S> | undefined {
    try {
      const record = readRecord(span.spanContext())
      const changes = changesOf(span, record, this.#gatekeeper)
      const decision = { span, record, changes, isUnnamed: isUnnamed(span, record, changes) }
      noteSpan(decision, this.#memory)
      return decision
    } catch {
      return undefined
    }
  }

  #place(decision: Decision<S>, now: number, batch: S[]): void {
    if (!decision.isUnnamed) batch.push(this.#shipped(decision, decision.changes))
    else if (this.#hold.wants(decision)) {
      const tooMany = this.#hold.add(decision, now)
      if (tooMany !== undefined) batch.push(this.#fill(tooMany, 'number'))
    } else batch.push(this.#fill(decision))
  }

  #fill(decision: Decision<S>, givenUp?: GivenUp): S {
    const { changes } = decision
    const { rules, counters } = this.#gatekeeper
    const sessionId = sessionOfTrace(decision, this.#memory, rules.rule)
    if (sessionId === undefined) {
      if (givenUp !== undefined) increment(counters.givenUp, givenUp)
      return this.#shipped(decision, changes)
    }
    counters.filled++
    return this.#shipped(decision, { ...(changes ?? UNCHANGED), sessionId })
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
