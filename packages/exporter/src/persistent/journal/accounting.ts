import { countDropped, type DeliveryCounters, type DroppedReason } from '../stats.ts'

/** The part of the spans that were queued at one moment which is still queued. */
interface Tracker {
  /** Records from this sequence number on came later. */
  readonly seq: number
  spans: number
}

/** How many spans of a segment came before trackers that were made in the middle of it. */
export type Straddling = readonly { readonly tracker: Tracker; readonly spans: number }[]

/** What the sums need to know of a record. */
interface Sums {
  readonly spans: number
  /** Of the bodies, before compression. */
  readonly bytes: number
}

/** The sums of a queue: spans, bytes, and what is left of earlier moments. Each record is entered and left exactly once. */
export class Accounting {
  readonly counters: DeliveryCounters
  #spans = 0
  #bytes = 0
  #diskBytes = 0
  #memoryBytes = 0
  #nextSeq = 0
  readonly #trackers = new Set<WeakRef<Tracker>>()

  constructor(counters: DeliveryCounters) {
    this.counters = counters
  }

  /** Queued spans. */
  get spans(): number {
    return this.#spans
  }

  /** Bytes of the queued bodies, before compression. */
  get bytes(): number {
    return this.#bytes
  }

  /** Bytes of all files of this queue. */
  get diskBytes(): number {
    return this.#diskBytes
  }

  /** Bytes of the bodies that only memory has. */
  get memoryBytes(): number {
    return this.#memoryBytes
  }

  /** The sequence number of a new record, or the first of several. */
  nextSeq(records = 1): number {
    const seq = this.#nextSeq
    this.#nextSeq += records
    return seq
  }

  /** A record was offered. */
  enter({ spans, bytes }: Sums): void {
    this.#spans += spans
    this.#bytes += bytes
  }

  /** A segment of another process was taken over; some of its spans may be damaged. */
  enterTakenOver(sums: Sums, corruptSpans: number): void {
    this.counters.adopted += sums.spans + corruptSpans
    countDropped(this.counters, 'corrupt', corruptSpans)
    this.enter(sums)
  }

  /** A file of dead letters was queued again; some of its spans may be damaged. */
  enterRedelivered(sums: Sums, corruptSpans: number): void {
    this.counters.redelivered += sums.spans + corruptSpans
    countDropped(this.counters, 'corrupt', corruptSpans)
    this.enter(sums)
  }

  /** A record was acked, or dropped for a reason. */
  leave(record: Sums & { readonly seq: number }, reason?: DroppedReason): void {
    this.#spans -= record.spans
    this.#bytes -= record.bytes
    for (const tracker of this.#liveTrackers()) {
      if (record.seq < tracker.seq) tracker.spans -= record.spans
    }
    if (reason !== undefined) countDropped(this.counters, reason, record.spans)
  }

  /** All records of a segment whose entries are not in memory were dropped. */
  leaveSegment(
    segment: Sums & { readonly lastSeq: number },
    straddling: Straddling,
    reason: DroppedReason,
  ): void {
    this.#spans -= segment.spans
    this.#bytes -= segment.bytes
    for (const tracker of this.#liveTrackers()) {
      const known = straddling.find((one) => one.tracker === tracker)
      tracker.spans -= known ? known.spans : segment.lastSeq < tracker.seq ? segment.spans : 0
    }
    countDropped(this.counters, reason, segment.spans)
  }

  /** How many of these records came before the trackers that were made between the first and the last of them. */
  straddling(records: readonly (Sums & { readonly seq: number })[]): Straddling {
    const first = records[0]?.seq ?? 0
    const last = records.at(-1)?.seq ?? -1
    const found: { tracker: Tracker; spans: number }[] = []
    for (const tracker of this.#liveTrackers()) {
      if (tracker.seq <= first || tracker.seq > last) continue
      const before = records.filter((record) => record.seq < tracker.seq)
      found.push({ tracker, spans: before.reduce((sum, { spans }) => sum + spans, 0) })
    }
    return found
  }

  /** See `SpanQueue.trackQueued`. */
  trackQueued(): () => number {
    const tracker: Tracker = { seq: this.#nextSeq, spans: this.#spans }
    // Weak: in a long outage each flush adds a tracker, which is soon of no use.
    if (tracker.spans > 0) this.#trackers.add(new WeakRef(tracker))
    return () => Math.max(0, tracker.spans)
  }

  /** Files of the queue became larger, or smaller. */
  changeDisk(bytes: number): void {
    this.#diskBytes += bytes
  }

  /** Bodies that only memory has came, or went. */
  changeMemory(bytes: number): void {
    this.#memoryBytes += bytes
  }

  *#liveTrackers(): Generator<Tracker> {
    for (const reference of this.#trackers) {
      const tracker = reference.deref()
      if (tracker === undefined || tracker.spans <= 0) this.#trackers.delete(reference)
      else yield tracker
    }
  }
}
