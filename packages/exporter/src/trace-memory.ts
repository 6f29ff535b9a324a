/** What the spans of a trace that were shipped have said, where no processor of ours has seen them start. */
export interface ShippedTrace {
  /** The one session that they named; null when they named several, or one that is refused. */
  sessionId: string | null | undefined
  /** The trace's own root was among them: it ends last, or nearly so. */
  hasEnded: boolean
}

/** How many traces a generation has. Two of them take about 2 MB. */
const GENERATION = 4096

/**
 * Remembers traces for as long as at least 4,096 others are newer. Two generations of a plain map, because a map
 * whose oldest entry is deleted for each new one walks over the deleted ones: thirty times the cost.
 */
export class TraceMemory {
  #young = new Map<string, ShippedTrace>()
  #old = new Map<string, ShippedTrace>()

  /** The trace, if it is remembered. */
  get(traceId: string): ShippedTrace | undefined {
    return this.#young.get(traceId) ?? this.#old.get(traceId)
  }

  /** Notes what a span says: its session, if there is one (null, if it is refused), and whether it is the root. */
  note(traceId: string, sessionId: string | null | undefined, isRoot: boolean): void {
    const trace = this.#young.get(traceId) ?? this.#adopt(traceId)
    if (isRoot) trace.hasEnded = true
    if (sessionId === undefined || trace.sessionId === sessionId) return
    trace.sessionId = trace.sessionId === undefined ? sessionId : null
  }

  #adopt(traceId: string): ShippedTrace {
    const trace = this.#old.get(traceId) ?? { sessionId: undefined, hasEnded: false }
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(traceId, trace)
    return trace
  }
}
