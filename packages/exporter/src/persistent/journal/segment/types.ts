import type { BodyFormat } from '../../encoder/codec.ts'
import type { DroppedReason } from '../../stats.ts'
import type { Position } from '../checkpoint.ts'
import type { SegmentFile } from './file.ts'
import type { Compression } from './format.ts'
import type { ScannedSegment } from './scan.ts'

/** A record that has no place in a segment yet. */
export interface NewEntry {
  /** In the order in which this process queued or found the records. */
  readonly seq: number
  readonly spans: number
  /** Of the body before compression. */
  readonly bytes: number
  /** When it was queued, by the clock that is never set back. */
  readonly at: number
  readonly compression: Compression
  /** As in the file; undefined once the entry is gone. */
  readonly body: Buffer | undefined
  /** Of the body in the file. */
  readonly storedBytes: number
  /** Called once a file has it, or it is gone: it needs no other copy. */
  readonly onStored: (() => void) | undefined
}

/** A record in memory. Only its segment changes it. */
export interface JournalEntry extends NewEntry {
  readonly segment: Segment
  /** Where its header starts in the file; -1 before it has a place there. */
  readonly offset: number
  /** Whether the file has it. */
  readonly isWritten: boolean
  /** `gone` is acked, dropped, or moved to another segment. */
  readonly state: 'waiting' | 'leased' | 'gone'
}

/** What still fits into a lease. */
export interface Room {
  readonly isFull: boolean
  /** Whether a record fits; it then takes up its room. */
  take(entry: JournalEntry): boolean
}

/** Why leased records are not to be sent again: they were purged, or another process has their journal. */
export type LapsedReason = 'purged' | 'taken-over'

/**
 * A run of consecutive records: a file of a journal, or a part of what only memory has. It alone changes its entries
 * and its fields, and keeps the accounting right. `queue/index.ts` has a diagram of its states.
 */
export interface Segment {
  readonly format: BodyFormat
  /** Whether it never had a file. */
  readonly isMemory: boolean
  /** Undefined where there is no file, or not any longer. */
  readonly path: string | undefined
  /** While it is written. */
  readonly file: SegmentFile | undefined
  /** Undefined while they are in the file only. */
  readonly entries: readonly JournalEntry[] | undefined
  /** Records that are not gone. */
  readonly left: number
  /** Of the records that are not gone. */
  readonly spans: number
  /** Of the records that are not gone, before compression. */
  readonly bytes: number
  /** Bytes of the file, or of the bodies where there is none; 0 if they do not count. */
  readonly size: number
  /** Nothing is appended any more. */
  readonly isSealed: boolean
  /** Why its leased records are dropped when their request fails; undefined if they are queued again then. */
  readonly lapsed: LapsedReason | undefined
  /** Its file was deleted. */
  readonly isDeleted: boolean
  /** Offset in the file at which reading starts: records before it were acked earlier. */
  readonly from: number
  /** Offset at which reading stops: later records were moved to memory, and may be incomplete in the file. */
  readonly until: number

  /** A request has some of its records. */
  readonly isLeased: boolean
  /** Nothing waits for the writer. */
  readonly isWritten: boolean
  /** Sealed, and all records are gone. */
  readonly isFinished: boolean
  /** It has records that were never leased. */
  readonly isUnread: boolean
  /** The file has all its entries, and none was ever leased: the entries may leave the memory. */
  readonly canUnload: boolean
  /** When its oldest record was queued, by the clock that is never set back; infinite where none is left. */
  readonly oldest: number
  /** Spans that no file has. */
  readonly unwrittenSpans: number
  /** Waiting records that neither a file nor the writer has. */
  readonly unpersisted: readonly JournalEntry[]

  /** Appends a record. Where there is a file, the writer has to be given the entry. */
  append(record: NewEntry): JournalEntry
  /** The time at which the record was queued, from its header. */
  epochOf(entry: JournalEntry): number
  /** Gives a record its place in the file. */
  place(entry: JournalEntry): void
  /** Where a record ends in the file. */
  endOf(entry: JournalEntry): Position
  /** A record need not be written: it is gone. */
  skip(entry: JournalEntry): void
  /** The file has these records. */
  markWritten(entries: readonly JournalEntry[]): void
  /** The writer could not write a record. */
  markFailed(entry: JournalEntry): void
  /** Nothing more is appended. */
  seal(): void
  /** The file, once all of it is written: to be closed. */
  takeWrittenFile(): SegmentFile | undefined

  /** How many of the records that were never leased fit; they take up their room. */
  countFitting(room: Room): number
  /** Leases the next so many of them. */
  leaseNext(records: number): JournalEntry[]
  /** Leases a record. */
  lease(entry: JournalEntry): void
  /** A record was delivered, or is a dead letter now. */
  ack(entry: JournalEntry): void
  /** The request failed; the record can be leased again. */
  nack(entry: JournalEntry): void
  /** Drops a record. */
  drop(entry: JournalEntry, reason: DroppedReason): void
  /** Seals the segment and drops all records that are not leased. */
  dropAll(reason: DroppedReason): void
  /** Leased records are to be dropped when their request fails. */
  lapse(reason: LapsedReason): void
  /**
   * Moves a record to another segment.
   *
   * @param accept appends it there; false when it cannot
   */
  move(entry: JournalEntry, accept: (record: NewEntry) => boolean): boolean
  /** Takes entries that are gone out of the list, behind those that were leased. */
  compact(): void

  /** Leaves the entries to the file until it is their turn. */
  unload(): void
  /** Several callers share one reading of the file. */
  loadOnce(load: () => Promise<void>): Promise<void>
  /** Brings the entries back. What can no longer be read is dropped as corrupt. */
  reload(scanned: ScannedSegment): void

  /** Its bytes do not count: it has what is left of records in other files. */
  takeNoRoom(): void
  /** The file is now in another folder. */
  enterFolder(number: number, path: string): void
  /** The folder belongs to another process now, or is gone: its files do not count any more. */
  leaveFolder(): void
  /** The file could not be read and is now in quarantine. */
  quarantine(): void
  /** The file is no longer needed. Returns its path, which is to be deleted; undefined if there is none. */
  retire(): string | undefined
}
