import type { DroppedReason } from '../../stats.ts'
import type { Accounting, Straddling } from '../accounting.ts'
import type { ScannedSegment } from './scan.ts'
import type { JournalEntry, NewEntry, Room, Segment } from './types.ts'

/** How the times in a segment's file are related to the clock that is never set back. */
export interface Times {
  /** Milliseconds since 1970 minus that clock. */
  readonly shift: number
  /** No record counts as younger, whatever time is in its header. */
  readonly latest: number
}

type MutableEntry = { -readonly [Key in keyof JournalEntry]: JournalEntry[Key] }

/** Lets a segment change its entries. Other code must not use it. */
export const mutable = (entry: JournalEntry): MutableEntry => entry as MutableEntry

/** The records of a segment: in memory as entries, or in the file only and known by their sums. */
export abstract class SegmentRecords {
  entries: MutableEntry[] | undefined = []
  left = 0
  spans = 0
  bytes = 0
  protected readonly accounting: Accounting
  /** The first entry that was never leased. */
  protected next = 0
  readonly #times: Times
  #leased = 0
  #firstSeq = 0
  #lastSeq = -1
  /** Sequence numbers of unloaded entries; undefined if consecutive. */
  #seqs: readonly number[] | undefined
  #straddling: Straddling = []
  /** Of all records there ever were. */
  #oldest = Number.POSITIVE_INFINITY
  /** Damaged places of the file that were counted. */
  #corrupt = 0

  constructor(accounting: Accounting, times: Times) {
    this.accounting = accounting
    this.#times = times
  }

  protected abstract readonly self: Segment
  abstract readonly isMemory: boolean

  get isLeased(): boolean {
    return this.#leased > 0
  }

  get isUnread(): boolean {
    if (this.entries === undefined) return this.left > 0
    while (this.next < this.entries.length && this.entries[this.next]?.state === 'gone') this.next += 1
    return this.next < this.entries.length
  }

  get oldest(): number {
    if (this.left === 0) return Number.POSITIVE_INFINITY
    return this.entries?.find((entry) => entry.state !== 'gone')?.at ?? this.#oldest
  }

  append(record: NewEntry): JournalEntry {
    const { seq, spans, bytes, at, compression, body, storedBytes, onStored } = record
    const entry: MutableEntry = {
      ...{ segment: this.self, seq, spans, bytes, at, compression, body, storedBytes, onStored },
      ...{ offset: -1, isWritten: false, state: 'waiting' },
    }
    if (this.entries?.length === 0) this.#firstSeq = seq
    this.entries?.push(entry)
    this.#lastSeq = seq
    this.left += 1
    this.spans += spans
    this.bytes += bytes
    this.#oldest = Math.min(this.#oldest, at)
    if (this.isMemory) this.accounting.changeMemory(storedBytes)
    return entry
  }

  epochOf({ at }: JournalEntry): number {
    return at + this.#times.shift
  }

  countFitting(room: Room): number {
    let records = 0
    for (const entry of (this.entries ?? []).slice(this.next)) {
      if (entry.state === 'gone') continue
      if (room.isFull || !room.take(entry)) break
      records += 1
    }
    return records
  }

  leaseNext(records: number): JournalEntry[] {
    const leased: JournalEntry[] = []
    for (; leased.length < records; this.next += 1) {
      const entry = this.entries?.[this.next]
      if (entry === undefined) break
      if (entry.state === 'gone') continue
      this.lease(entry)
      leased.push(entry)
    }
    return leased
  }

  lease(entry: JournalEntry): void {
    mutable(entry).state = 'leased'
    this.#leased += 1
  }

  ack(entry: JournalEntry): void {
    this.#leave(entry)
  }

  nack(entry: JournalEntry): void {
    if (entry.state !== 'leased') return
    mutable(entry).state = 'waiting'
    this.#leased -= 1
  }

  drop(entry: JournalEntry, reason: DroppedReason): void {
    this.#leave(entry, reason)
  }

  dropAll(reason: DroppedReason): void {
    if (this.entries !== undefined) {
      for (const entry of this.entries) if (entry.state === 'waiting') this.#leave(entry, reason)
      return
    }
    const sums = { spans: this.spans, bytes: this.bytes, lastSeq: this.#lastSeq }
    this.left = 0
    this.spans = 0
    this.bytes = 0
    this.accounting.leaveSegment(sums, this.#straddling, reason)
  }

  move(entry: JournalEntry, accept: (record: NewEntry) => boolean): boolean {
    // `accept` may drop segments to make room; mark this one as leased so that it is not dropped.
    this.#leased += 1
    const isAccepted = accept({ ...entry })
    this.#leased -= 1
    if (isAccepted) this.#remove(mutable(entry))
    return isAccepted
  }

  compact(): void {
    this.entries = this.entries?.filter((entry, at) => at < this.next || entry.state !== 'gone')
  }

  unload(): void {
    const { entries = [] } = this
    this.#straddling = this.accounting.straddling(entries)
    if (this.#lastSeq - this.#firstSeq + 1 !== entries.length) this.#seqs = entries.map(({ seq }) => seq)
    this.entries = undefined
  }

  /** The records are in a file that was found, and neither in memory nor in the sums of the queue yet. */
  protected find({ records, corrupt }: ScannedSegment): void {
    this.entries = undefined
    this.left = records.length
    this.#corrupt = corrupt
    this.#firstSeq = this.accounting.nextSeq(records.length)
    this.#lastSeq = this.#firstSeq + records.length - 1
    for (const { header } of records) {
      this.spans += header.spans
      this.bytes += header.bytes
      this.#oldest = Math.min(this.#oldest, this.#timeOf(header.epoch))
    }
  }

  reload({ records, corrupt }: ScannedSegment): void {
    // It may have been dropped while the file was read.
    if (this.left === 0 || this.entries !== undefined) return
    const entries = records.slice(0, this.left).map(({ header, body, offset }, index): MutableEntry => {
      const { spans, bytes, compression, storedBytes, epoch } = header
      const seq = this.#seqs?.[index] ?? Math.min(this.#firstSeq + index, this.#lastSeq)
      return {
        ...{ segment: this.self, seq, spans, bytes, at: this.#timeOf(epoch), compression, body, storedBytes },
        ...{ offset, isWritten: true, state: 'waiting', onStored: undefined },
      }
    })
    const spans = entries.reduce((sum, entry) => sum + entry.spans, 0)
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
    const lost = { spans: this.spans - spans, bytes: this.bytes - bytes, lastSeq: this.#lastSeq }
    this.entries = entries
    this.left = entries.length
    this.spans = spans
    this.bytes = bytes
    this.accounting.counters.corrupt += Math.max(0, corrupt - this.#corrupt)
    this.#corrupt = corrupt
    this.accounting.leaveSegment(lost, [], 'corrupt')
  }

  /** A record needs no other copy any more. */
  protected stored(entry: JournalEntry): void {
    const { onStored } = entry
    if (onStored === undefined) return
    mutable(entry).onStored = undefined
    onStored()
  }

  #timeOf(epoch: number): number {
    return Math.min(this.#times.latest, epoch - this.#times.shift)
  }

  #leave(entry: JournalEntry, reason?: DroppedReason): void {
    if (entry.state === 'gone') return
    this.#remove(mutable(entry))
    this.accounting.leave(entry, reason)
    this.stored(entry)
  }

  #remove(entry: MutableEntry): void {
    if (entry.state === 'leased') this.#leased -= 1
    if (this.isMemory) this.accounting.changeMemory(-entry.storedBytes)
    entry.state = 'gone'
    entry.body = undefined
    this.left -= 1
    this.spans -= entry.spans
    this.bytes -= entry.bytes
  }
}
