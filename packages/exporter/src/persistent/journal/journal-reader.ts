import type { LeaseLimits } from '../queue/types.ts'
import type { DroppedReason } from '../stats.ts'
import type { Accounting } from './accounting.ts'
import type { Checkpoint, Position } from './checkpoint.ts'
import { RECORD_HEADER_BYTES } from './format.ts'
import type { JournalEntry, Segment } from './segment.ts'

/** Consecutive records that were taken out for one request. */
export interface LeasedRange {
  entries: JournalEntry[]
  state: 'taken' | 'released' | 'settled'
}

/** One journal (this process's own, or an adopted one), or what only memory has: records in order, and who reads them. */
export class JournalReader {
  /** Of the folder; undefined where there is none, or its file cannot be written. */
  cursor: Checkpoint | undefined
  segments: Segment[] = []
  /** All that was taken since the first record that is not settled, in order. */
  #ranges: LeasedRange[] = []
  #settledTo: Position | undefined
  readonly #ledger: Accounting
  readonly #onFinished: (segment: Segment) => void

  /** @param onFinished is called with segments that nobody needs any more, after the cursor has been moved */
  constructor(ledger: Accounting, onFinished: (segment: Segment) => void) {
    this.#ledger = ledger
    this.#onFinished = onFinished
  }

  /** Of the records that are not gone. */
  get spans(): number {
    return this.segments.reduce((sum, segment) => sum + segment.spans, 0)
  }

  /** How many batches are taken, or settled behind one that is not: the cursor does not know of them yet. */
  get unsettled(): number {
    return this.#ranges.filter((range) => range.state !== 'released').length
  }

  /** The next records within the limits; a segment that has to be loaded first; undefined where nothing is free. */
  take(limits: LeaseLimits): LeasedRange | Segment | undefined {
    const index = this.#ranges.findIndex((range) => range.state === 'released')
    return index === -1 ? this.#readOn(limits) : this.#takeAgain(index, limits)
  }

  #takeAgain(index: number, limits: LeaseLimits): LeasedRange {
    const range = this.#ranges[index] as LeasedRange
    const room = new Room(limits)
    const count = range.entries.findIndex((entry) => !room.take(entry))
    const rest = count === -1 ? [] : range.entries.splice(count)
    if (rest.length > 0) this.#ranges.splice(index + 1, 0, { entries: rest, state: 'released' })
    return takeOut(range)
  }

  #readOn(limits: LeaseLimits): LeasedRange | Segment | undefined {
    const entries: JournalEntry[] = []
    const reached = new Map<Segment, number>()
    const room = new Room(limits)
    for (const segment of this.segments) {
      if (!segment.isUnread) continue
      if (room.isFull || (entries[0] && entries[0].segment.format !== segment.format)) break
      if (segment.entries === undefined) return segment
      for (let at = segment.next; at < segment.entries.length && !room.isFull; at += 1) {
        const entry = segment.entries[at] as JournalEntry
        if (entry.state !== 'gone' && !room.take(entry)) break
        reached.set(segment, at + 1)
        if (entry.state !== 'gone') entries.push(entry)
      }
    }
    if (entries.length === 0) return undefined
    for (const [segment, next] of reached) segment.next = next
    const range: LeasedRange = { entries, state: 'taken' }
    this.#ranges.push(range)
    return takeOut(range)
  }

  /** When the oldest record that is left was appended, by the clock that is never set back; else infinite. */
  get oldest(): number {
    const segment = this.segments.find((one) => one.left > 0)
    const entry = segment?.entries?.find((one) => one.state !== 'gone')
    return entry?.at ?? segment?.oldest ?? Number.POSITIVE_INFINITY
  }

  /** The records of a range are answered for. */
  settle(range: LeasedRange): void {
    for (const entry of range.entries) this.#ledger.leave(entry)
    range.state = 'settled'
    this.tidy()
  }

  /** The records of a range may be taken again. */
  release(range: LeasedRange): void {
    for (const entry of range.entries) {
      if (entry.state !== 'taken') continue
      entry.state = 'waiting'
      entry.segment.taken -= 1
    }
    range.state = 'released'
    this.tidy()
  }

  /** Drops all records of a segment that nobody has taken out. */
  drop(segment: Segment, reason: DroppedReason): void {
    segment.isSealed = true
    if (segment.entries === undefined) this.#ledger.leaveSummary(segment, reason)
    else for (const entry of segment.entries) if (entry.state === 'waiting') this.#ledger.leave(entry, reason)
    this.tidy()
  }

  /** Drops all records, and says how many spans that were; those that are taken out are dropped when they come back. */
  purge(): number {
    const before = this.#ledger.spans
    for (const segment of [...this.segments]) {
      this.drop(segment, 'purged')
      if (segment.isGone) continue
      segment.isPurged = true
      this.#onFinished(segment)
    }
    return before - this.#ledger.spans
  }

  /** Moves the cursor past what is settled, then gives up segments that nobody needs. */
  tidy(): void {
    const before = this.#settledTo
    for (const range of this.#ranges) if (range.state === 'released') dropGone(range)
    while (this.#ranges[0]?.state === 'settled') this.#pass(this.#ranges.shift() as LeasedRange)
    if (this.#settledTo !== undefined && this.#settledTo !== before) this.cursor?.move(this.#settledTo)
    if (!this.segments.some(isFinished)) return
    const finished = this.segments.filter(isFinished)
    this.segments = this.segments.filter((segment) => !isFinished(segment))
    for (const segment of finished) this.#onFinished(segment)
  }

  // A record that was settled before it was written has no place in the file, and needs none.
  #pass(range: LeasedRange): void {
    const last = range.entries.findLast((entry) => entry.offset >= 0)
    if (last === undefined) return
    this.#settledTo = {
      number: last.segment.number,
      offset: last.offset + RECORD_HEADER_BYTES + last.storedBytes,
    }
  }
}

/** What still fits into a batch. The first record always does. */
class Room {
  #spans: number
  #bytes: number
  #isEmpty = true

  constructor(limits: LeaseLimits) {
    this.#spans = limits.maxSpans
    this.#bytes = limits.maxBytes
  }

  take(entry: JournalEntry): boolean {
    if (!this.#isEmpty && (entry.spans > this.#spans || entry.rawBytes > this.#bytes)) {
      // What comes after it would fit, perhaps, but the order is kept.
      this.#spans = 0
      return false
    }
    this.#isEmpty = false
    this.#spans -= entry.spans
    this.#bytes -= entry.rawBytes
    return true
  }

  get isFull(): boolean {
    return !this.#isEmpty && (this.#spans <= 0 || this.#bytes <= 0)
  }
}

function takeOut(range: LeasedRange): LeasedRange {
  range.state = 'taken'
  for (const entry of range.entries) {
    entry.state = 'taken'
    entry.segment.taken += 1
  }
  return range
}

function dropGone(range: LeasedRange): void {
  if (range.entries.every((entry) => entry.state === 'gone')) range.state = 'settled'
  else range.entries = range.entries.filter((entry) => entry.state !== 'gone')
}

const isFinished = (segment: Segment): boolean => segment.isSealed && segment.left === 0
