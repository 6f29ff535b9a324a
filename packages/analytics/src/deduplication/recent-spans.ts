// Deduplication: a span that comes twice is counted once, and what a span and its parent report counts where it is
// deepest. This file keeps recent spans by trace, and `span-record.ts` describes one of them. `nesting.ts` records on a
// span what is reported below it, `usage-above.ts` what is reported above it. `side-by-side.ts` finds calls that two
// spans report, by what `call-facts.ts` compares.
// The span counter calls this folder; it calls `../totals/` to add and to subtract what a span contributes.

import type { Session } from '../totals/session.ts'
import { TraceCalls } from './side-by-side.ts'
import { COUNTED, SEEN, SpanRecord, WAITS } from './span-record.ts'

/** The number of spans in a generation. */
const GENERATION_SIZE = 16_384

/**
 * The last 16,384 spans, or up to twice as many, by trace, and parents that only their children named. They are in two
 * generations, of which the older is dropped as a whole. A trace that gets another span is in the newer generation again,
 * and so is each of its spans that is used.
 */
export class RecentSpans {
  #newer = new Map<string, Trace>()
  #older = new Map<string, Trace>()
  #last: Trace | undefined
  #size = 0

  /** Returns the trace of a span that arrives. */
  trace(traceId: string): Trace {
    if (this.#size >= GENERATION_SIZE) this.#startGeneration()
    if (this.#last?.id === traceId) return this.#last
    let trace = this.#newer.get(traceId)
    if (trace === undefined) {
      trace = this.#older.get(traceId)
      if (trace === undefined) trace = new Trace(traceId)
      else trace.startGeneration()
      this.#newer.set(traceId, trace)
    }
    this.#last = trace
    return trace
  }

  /** Returns the record of a span in a trace that was just returned, and adds it if there is none. */
  obtain(trace: Trace, spanId: string): SpanRecord {
    let record = trace.newer.find(spanId)
    if (record !== undefined) return record
    record = trace.older?.take(spanId)
    if (record === undefined) record = new SpanRecord(spanId)
    else {
      this.#size++
      // They were added in the older generation, as most of them were.
      record.waiting = undefined
      record.flags &= ~WAITS
    }
    trace.newer.add(record)
    return record
  }

  /** Sets that a span was seen, with or without a session. */
  see(record: SpanRecord, isCounted: boolean): void {
    // A parent that only its children name is not counted: there is at most one for each span.
    if ((record.flags & SEEN) === 0) this.#size++
    record.flags |= isCounted ? SEEN | COUNTED : SEEN
  }

  #startGeneration(): void {
    this.#older = this.#newer
    this.#newer = new Map()
    this.#last = undefined
    this.#size = 0
  }
}

/** The sessions of a trace that are remembered. Nearly all traces have one. */
const SESSIONS_MAX = 1_000

/** The spans of a trace that were seen recently. */
export class Trace {
  readonly id: string
  /** The LLM calls of the trace, if it has several. */
  calls: TraceCalls | undefined = undefined
  #firstCall: SpanRecord | undefined
  newer = new SpanRecords()
  older: SpanRecords | undefined = undefined
  #session: Session | undefined
  #moreSessions: Set<Session> | undefined

  constructor(id: string) {
    this.id = id
  }

  /** Drops the spans that were not used since the last call. */
  startGeneration(): void {
    this.older = this.newer
    this.newer = new SpanRecords()
  }

  /** Adds an LLM call of the trace. */
  addCall(call: SpanRecord): void {
    if (this.#firstCall === undefined) {
      this.#firstCall = call
      return
    }
    this.calls ??= new TraceCalls(this.#firstCall)
    this.calls.add(call)
  }

  /** Adds a session of the trace, and returns whether it is new. */
  addSession(session: Session): boolean {
    if (this.#session === session) return false
    if (this.#session === undefined) {
      this.#session = session
      return true
    }
    this.#moreSessions ??= new Set()
    if (this.#moreSessions.has(session)) return false
    if (this.#moreSessions.size >= SESSIONS_MAX) this.#moreSessions.clear()
    this.#moreSessions.add(session)
    return true
  }
}

/** The spans of a trace that are in a list. Most traces have few, and a `Map` of few takes more time and memory. */
const LISTED_MAX = 8

/** Records by the ID of the span. */
class SpanRecords {
  #first: SpanRecord | undefined
  #size = 0
  #map: Map<string, SpanRecord> | undefined

  find(id: string): SpanRecord | undefined {
    if (this.#map !== undefined) return this.#map.get(id)
    for (let record = this.#first; record !== undefined; record = record.next) {
      if (record.id === id) return record
    }
    return undefined
  }

  /** Removes and returns a record. */
  take(id: string): SpanRecord | undefined {
    const record = this.find(id)
    if (record === undefined) return undefined
    this.#map?.delete(id)
    if (this.#first === record) this.#first = record.next
    for (let each = this.#first; each !== undefined; each = each.next) {
      if (each.next === record) each.next = record.next
    }
    this.#size--
    return record
  }

  /** Adds a record that is in no list. */
  add(record: SpanRecord): void {
    if (this.#map === undefined) {
      record.next = this.#first
      this.#first = record
      this.#size++
      if (this.#size > LISTED_MAX) this.#makeMap()
    } else this.#map.set(record.id, record)
  }

  #makeMap(): void {
    this.#map = new Map()
    for (let record = this.#first; record !== undefined; record = record.next)
      this.#map.set(record.id, record)
    this.#first = undefined
  }
}
