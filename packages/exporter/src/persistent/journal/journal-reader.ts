import type { BodyFormat } from '../encoder/codec.ts'
import type { DroppedReason } from '../stats.ts'
import type { Checkpoint, Position } from './checkpoint.ts'
import type { QueueContext, Tasks } from './context.ts'
import { loadSegment } from './segment/load.ts'
import type { JournalEntry, Room, Segment } from './segment/types.ts'

/** How much one request may have. */
export interface LeaseLimits {
  /** Records are not split: one record may have more. */
  readonly maxSpans: number
  readonly maxBytes: number
}

/** The next records of a segment that fit into a lease. */
interface Fitting {
  readonly segment: Segment
  readonly records: number
}

/** Consecutive records that were leased together. */
export interface LeasedRange {
  entries: JournalEntry[]
  state: 'leased' | 'returned' | 'acked'
  /** Leases of later records do not wait for it. */
  isApart: boolean
}

/**
 * The segments of one journal, or of what only memory has, in order, and which of their records are leased. It moves
 * the checkpoint past what is acked, and deletes files that are finished.
 */
export class JournalReader {
  readonly #context: QueueContext
  readonly #deleting: Tasks
  readonly #deleteFile: (path: string) => Promise<void>
  readonly #onEmptied: () => void
  #checkpoint: Checkpoint | undefined
  #segments: Segment[] = []
  /** Everything that was leased since the first record that is not acked, in order. */
  #ranges: LeasedRange[] = []
  #ackedTo: Position | undefined
  /** Resolves when the checkpoint's file knows of everything that is acked. */
  #marked: Promise<void> = Promise.resolve()

  /**
   * @param deleting gets the deletions of files, and the end of the checkpoint
   * @param deleteFile deletes a finished file
   * @param onEmptied called when the last segment is finished
   */
  constructor(
    context: QueueContext,
    deleting = context.tasks,
    deleteFile = (path: string): Promise<void> => context.system.fs.promises.unlink(path),
    onEmptied: () => void = () => {},
  ) {
    this.#context = context
    this.#deleting = deleting
    this.#deleteFile = deleteFile
    this.#onEmptied = onEmptied
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** Adds a segment at the end. */
  add(segment: Segment): void {
    this.#segments.push(segment)
  }

  /** The file that marks how far the journal is acked; undefined where there is none. */
  useCheckpoint(checkpoint: Checkpoint | undefined): void {
    if (this.#checkpoint !== undefined) this.#deleting.add(this.#checkpoint.close())
    this.#checkpoint = checkpoint
  }

  /** Resolves when a crash would repeat no request that was acked. */
  get marked(): Promise<void> {
    return this.#marked
  }

  /** Writes the checkpoint within the call: the process is about to end. */
  writeNow(): void {
    this.#checkpoint?.writeNow()
  }

  /** Queued spans that no file has. */
  get unwrittenSpans(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.unwrittenSpans, 0)
  }

  /** When the oldest record was queued, by the clock that is never set back; infinite where none is left. */
  get oldest(): number {
    return this.#segments.find((segment) => segment.left > 0)?.oldest ?? Number.POSITIVE_INFINITY
  }

  /**
   * Leases that are open, or acked behind an open one: the checkpoint does not know of them yet. Those that are apart
   * do not count, nor what is acked behind them alone.
   */
  get leases(): number {
    const first = this.#ranges.findIndex(({ state, isApart }) => state !== 'acked' && !isApart)
    if (first === -1) return 0
    return this.#ranges.slice(first).filter(({ state, isApart }) => state !== 'returned' && !isApart).length
  }

  /** Leases the next records within the limits. Returns a segment that has to be loaded first, or undefined. */
  lease(limits: LeaseLimits): LeasedRange | Segment | undefined {
    const index = this.#ranges.findIndex((range) => range.state === 'returned')
    return index === -1 ? this.#leaseNext(limits) : this.#leaseAgain(index, limits)
  }

  #leaseAgain(index: number, limits: LeaseLimits): LeasedRange | Segment {
    const range = this.#ranges[index] as LeasedRange
    this.#mergeReturned(index)
    const isLast = index === this.#ranges.length - 1
    const room = new LeaseRoom(limits)
    const count = range.entries.findIndex((entry) => !room.take(entry))
    // Together with what has come behind it: a record that fails alone must not delay it.
    const more = count === -1 && isLast ? this.#findNext(room, range.entries[0]?.segment.format) : []
    if (!Array.isArray(more)) return more
    const rest = count === -1 ? [] : range.entries.splice(count)
    if (rest.length > 0)
      this.#ranges.splice(index + 1, 0, { entries: rest, state: 'returned', isApart: false })
    range.state = 'leased'
    for (const entry of range.entries) entry.segment.lease(entry)
    range.entries.push(...more.flatMap(({ segment, records }) => segment.leaseNext(records)))
    return range
  }

  /** Appends to a returned range what follows it and was returned, too. */
  #mergeReturned(index: number): void {
    const range = this.#ranges[index] as LeasedRange
    for (;;) {
      const next = this.#ranges[index + 1]
      if (next?.state !== 'returned') return
      if (next.entries[0]?.segment.format !== range.entries[0]?.segment.format) return
      range.entries.push(...next.entries)
      this.#ranges.splice(index + 1, 1)
    }
  }

  #leaseNext(limits: LeaseLimits): LeasedRange | Segment | undefined {
    const fitting = this.#findNext(new LeaseRoom(limits), undefined)
    if (!Array.isArray(fitting)) return fitting
    if (fitting.length === 0) return undefined
    const entries = fitting.flatMap(({ segment, records }) => segment.leaseNext(records))
    const range: LeasedRange = { entries, state: 'leased', isApart: false }
    this.#ranges.push(range)
    return range
  }

  /** Finds the next records that were never leased, of one format, or a segment that has to be loaded first. */
  #findNext(room: LeaseRoom, format: BodyFormat | undefined): Fitting[] | Segment {
    const fitting: Fitting[] = []
    for (const segment of this.#segments) {
      if (!segment.isUnread) continue
      const wanted = format ?? fitting[0]?.segment.format ?? segment.format
      if (room.isFull || wanted !== segment.format) break
      if (segment.entries === undefined) return segment
      fitting.push({ segment, records: segment.countFitting(room) })
    }
    return fitting
  }

  /** Leases of later records need not wait for this one any longer. */
  setApart(range: LeasedRange): void {
    range.isApart = true
  }

  /** The request was delivered. */
  ack(range: LeasedRange): void {
    for (const entry of range.entries) entry.segment.ack(entry)
    range.state = 'acked'
    this.tidy()
  }

  /** The request failed; its records can be leased again. */
  nack(range: LeasedRange): void {
    for (const entry of range.entries) entry.segment.nack(entry)
    range.state = 'returned'
    range.isApart = false
    this.tidy()
  }

  /** Brings the entries of a segment back into memory. Never rejects. */
  async load(segment: Segment, isClosed: () => boolean): Promise<void> {
    await loadSegment(this.#context, segment, isClosed)
    this.tidy()
  }

  /** Drops all records of a segment that are not leased. */
  drop(segment: Segment, reason: DroppedReason): void {
    segment.dropAll(reason)
    this.tidy()
  }

  /** Drops everything and returns the number of spans. Leased records are dropped when their request fails. */
  purge(): number {
    const before = this.#context.accounting.spans
    for (const segment of [...this.#segments]) {
      this.drop(segment, 'purged')
      if (segment.isDeleted) continue
      segment.lapse('purged')
      this.#deleteSegment(segment)
    }
    return before - this.#context.accounting.spans
  }

  /** Moves the checkpoint past what is acked, then deletes segments that are finished. */
  tidy(): void {
    const before = this.#ackedTo
    for (const range of this.#ranges) if (range.state === 'returned') removeGone(range)
    while (this.#ranges[0]?.state === 'acked') this.#pass(this.#ranges.shift() as LeasedRange)
    if (this.#ackedTo !== undefined && this.#ackedTo !== before) {
      this.#marked = this.#checkpoint?.move(this.#ackedTo) ?? this.#marked
    }
    const finished = this.#segments.filter((segment) => segment.isFinished)
    if (finished.length === 0) return
    this.#segments = this.#segments.filter((segment) => !segment.isFinished)
    for (const segment of finished) this.#deleteSegment(segment)
    if (this.#segments.length === 0) this.#onEmptied()
  }

  /** A file that cannot be deleted is found by the next process; the checkpoint shows that nothing in it is left. */
  #deleteSegment(segment: Segment): void {
    const path = segment.retire()
    if (path !== undefined) this.#deleting.add(this.#marked.then(() => this.#deleteFile(path)))
  }

  // A record that was acked before it was written has no place in the file, and needs none.
  #pass({ entries }: LeasedRange): void {
    const last = entries.findLast((entry) => entry.offset >= 0)
    if (last !== undefined) this.#ackedTo = last.segment.endOf(last)
  }
}

/** What still fits into a lease. The first record always does. */
class LeaseRoom implements Room {
  #spans: number
  #bytes: number
  #isEmpty = true

  constructor(limits: LeaseLimits) {
    this.#spans = limits.maxSpans
    this.#bytes = limits.maxBytes
  }

  take(entry: JournalEntry): boolean {
    if (!this.#isEmpty && (entry.spans > this.#spans || entry.bytes > this.#bytes)) {
      // A later record may fit, but the order is kept.
      this.#spans = 0
      return false
    }
    this.#isEmpty = false
    this.#spans -= entry.spans
    this.#bytes -= entry.bytes
    return true
  }

  get isFull(): boolean {
    return !this.#isEmpty && (this.#spans <= 0 || this.#bytes <= 0)
  }
}

function removeGone(range: LeasedRange): void {
  if (range.entries.every((entry) => entry.state === 'gone')) range.state = 'acked'
  else range.entries = range.entries.filter((entry) => entry.state !== 'gone')
}
