import { countDropped, type DeliveryCounters, type DroppedReason } from '../stats.ts'
import type { JournalEntry, NewEntry, Segment } from './segment.ts'

interface Mark {
  /** What came from this number on is newer. */
  readonly seq: number
  spans: number
}

/** What waits, in sums, and how much of it was there at certain moments. Every record that comes or goes passes here. */
export class Accounting {
  readonly counters: DeliveryCounters
  spans = 0
  bytes = 0
  records = 0
  /** Of all files of this store's journal. */
  diskBytes = 0
  /** Of the bodies that only memory has, as they stand there. */
  memoryBytes = 0
  #nextSeq = 0
  readonly #marks = new Set<WeakRef<Mark>>()
  readonly #straddled = new WeakMap<Segment, { mark: Mark; spans: number }[]>()

  constructor(counters: DeliveryCounters) {
    this.counters = counters
  }

  /** A number for a record that has just come, or the first of several. */
  number(records = 1): number {
    const seq = this.#nextSeq
    this.#nextSeq += records
    return seq
  }

  enter(records: number, spans: number, bytes: number): void {
    this.records += records
    this.spans += spans
    this.bytes += bytes
  }

  /** A file of another process has become ours; some spans in it may be damaged. */
  adopt(segment: Segment, corruptSpans: number): void {
    this.counters.adopted += segment.spans + corruptSpans
    countDropped(this.counters, 'corrupt', corruptSpans)
    this.enter(segment.left, segment.spans, segment.bytes)
    if (segment.left > 0) this.diskBytes += segment.size
  }

  /** A file of what was refused has been put into the queue again. */
  redeliver(segment: Segment, corruptSpans: number): void {
    this.counters.redelivered += segment.spans + corruptSpans
    countDropped(this.counters, 'corrupt', corruptSpans)
    this.enter(segment.left, segment.spans, segment.bytes)
  }

  /** A record is settled, or dropped with a reason. */
  leave(entry: JournalEntry, reason?: DroppedReason): void {
    if (entry.state === 'gone') return
    if (entry.segment.isMemory) this.memoryBytes -= entry.storedBytes
    entry.segment.remove(entry)
    this.#leave(1, entry.spans, entry.rawBytes)
    for (const mark of this.#liveMarks()) if (entry.seq < mark.seq) mark.spans -= entry.spans
    if (reason !== undefined) countDropped(this.counters, reason, entry.spans)
  }

  /** A record that has no place in a segment is dropped. */
  refuse(record: NewEntry, reason: DroppedReason): void {
    this.#leave(1, record.spans, record.rawBytes)
    for (const mark of this.#liveMarks()) if (record.seq < mark.seq) mark.spans -= record.spans
    countDropped(this.counters, reason, record.spans)
  }

  /** A record is in another segment now. */
  moved(entry: JournalEntry): void {
    if (entry.segment.isMemory) this.memoryBytes -= entry.storedBytes
    entry.segment.remove(entry)
  }

  /** Records whose bodies are not in memory are dropped. */
  leaveSummary(segment: Segment, reason: DroppedReason): void {
    this.#leave(segment.left, segment.spans, segment.bytes)
    const straddled = this.#straddled.get(segment)
    for (const mark of this.#liveMarks()) {
      const known = straddled?.find((one) => one.mark === mark)
      mark.spans -= known ? known.spans : segment.lastSeq < mark.seq ? segment.spans : 0
    }
    countDropped(this.counters, reason, segment.spans)
    segment.left = 0
    segment.spans = 0
    segment.bytes = 0
  }

  /** Some records of a segment turned out to be unreadable: the difference between its sums and what was found. */
  correct(segment: Segment, left: number, spans: number, bytes: number): void {
    const lost = segment.spans - spans
    this.#leave(segment.left - left, lost, segment.bytes - bytes)
    for (const mark of this.#liveMarks()) if (segment.lastSeq < mark.seq) mark.spans -= lost
    countDropped(this.counters, 'corrupt', lost)
    segment.left = left
    segment.spans = spans
    segment.bytes = bytes
  }

  /** To be called before a segment's entries are forgotten: a mark may have been made in the middle of it. */
  remember(segment: Segment): void {
    const found: { mark: Mark; spans: number }[] = []
    for (const mark of this.#liveMarks()) {
      if (mark.seq <= segment.firstSeq || mark.seq > segment.lastSeq) continue
      const before = (segment.entries ?? []).filter((entry) => entry.seq < mark.seq)
      found.push({ mark, spans: before.reduce((sum, entry) => sum + entry.spans, 0) })
    }
    if (found.length > 0) this.#straddled.set(segment, found)
  }

  /** See `Store.mark`. */
  mark(): () => number {
    const mark: Mark = { seq: this.#nextSeq, spans: this.spans }
    if (mark.spans > 0) this.#marks.add(new WeakRef(mark))
    return () => Math.max(0, mark.spans)
  }

  #leave(records: number, spans: number, bytes: number): void {
    this.records -= records
    this.spans -= spans
    this.bytes -= bytes
  }

  // Marks that nobody asks any more, or that have nothing left, are not looked at again.
  *#liveMarks(): Generator<Mark> {
    for (const reference of this.#marks) {
      const mark = reference.deref()
      if (mark === undefined || mark.spans <= 0) this.#marks.delete(reference)
      else yield mark
    }
  }
}
