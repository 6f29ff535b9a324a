import type { BodyFormat } from '../encoder/codec.ts'
import type { Compression } from './format.ts'
import type { SegmentFile } from './segment-file.ts'

/** A record in memory. */
export interface JournalEntry {
  readonly segment: Segment
  /** In the order in which this process got to know it. */
  readonly seq: number
  readonly spans: number
  /** Of the body when it is unpacked. */
  readonly rawBytes: number
  /** When it was appended, by the clock that is never set back. */
  readonly at: number
  packing: Compression
  /** As it stands in the file; undefined once nobody needs it any more. */
  body: Buffer | undefined
  /** Bytes of the body as it stands in the file, or will. */
  storedBytes: number
  /** Where its header starts in the file, or -1: it has no place yet. */
  offset: number
  /** Whether the file has it. */
  isWritten: boolean
  /** `gone` is settled, dropped, or moved elsewhere. */
  state: 'waiting' | 'taken' | 'gone'
}

/** A record that has no place yet. */
export type NewEntry = Omit<JournalEntry, 'segment' | 'state' | 'offset' | 'isWritten'>

/**
 * A run of records: a file, or a part of what only memory has. Its records are in memory while it is being written
 * or read; else only these sums are.
 */
export class Segment {
  /** In its folder; the order of the numbers is the order of the records. */
  number: number
  /** Without a file from the start. */
  readonly isMemory: boolean
  readonly format: BodyFormat
  /** Undefined where there is no file, or not any longer. */
  path: string | undefined
  /** While it is being written. */
  file: SegmentFile | undefined
  entries: JournalEntry[] | undefined
  /** The first entry that nobody has taken yet: all before are taken, released or gone. */
  next = 0
  /** Records, spans and bytes of bodies that are not gone. */
  left = 0
  spans = 0
  bytes = 0
  /** Of the file, or of the bodies where there is none. */
  size = 0
  /** Entries that are taken out now. */
  taken = 0
  /** Entries that the file does not have yet, and should. */
  unwritten = 0
  /** Nothing is added any more. */
  isSealed = false
  /** Deleted: somebody who waits for it waits in vain. */
  isGone = false
  /** Its records are dropped when they come back from a request that is under way. */
  isPurged = false
  /** The sequence numbers of its entries; consecutive unless `seqs` says otherwise. */
  firstSeq = 0
  lastSeq = -1
  seqs: readonly number[] | undefined
  /** When its oldest record was appended, by the clock that is never set back. */
  oldest = Number.POSITIVE_INFINITY
  /** Where reading the file starts. */
  from = 0
  /** Where it ends: what stands behind is what only memory was sure to have. */
  until = Number.POSITIVE_INFINITY
  /** Damaged places in the file that have been counted already. */
  knownCorrupt = 0
  /** Turns the time that stands in a record into the clock that is never set back. */
  readonly timeOf: (epoch: number) => number
  /** And back, for new records. */
  readonly epochOf: (at: number) => number
  loading: Promise<void> | undefined

  constructor(number: number, format: BodyFormat, path: string | undefined, times: Times) {
    this.number = number
    this.isMemory = path === undefined
    this.format = format
    this.path = path
    this.timeOf = (epoch) => Math.min(times.latest, epoch - times.shift)
    this.epochOf = (at) => at + times.shift
  }

  /** Puts a record at the end. */
  add(record: NewEntry): JournalEntry {
    const { seq, spans, rawBytes, at, packing, body, storedBytes } = record
    const entry: JournalEntry = {
      ...{ segment: this, seq, spans, rawBytes, at, packing, body, storedBytes },
      ...{ offset: -1, isWritten: false, state: 'waiting' },
    }
    this.entries ??= []
    if (this.entries.length === 0) this.firstSeq = entry.seq
    this.entries.push(entry)
    this.lastSeq = entry.seq
    this.left += 1
    this.spans += entry.spans
    this.bytes += entry.rawBytes
    this.oldest = Math.min(this.oldest, entry.at)
    return entry
  }

  /** Forgets a record, and its body. */
  remove(entry: JournalEntry): void {
    if (entry.state === 'taken') this.taken -= 1
    entry.state = 'gone'
    entry.body = undefined
    this.left -= 1
    this.spans -= entry.spans
    this.bytes -= entry.rawBytes
  }

  /** Whether records are left that nobody has taken yet. */
  get isUnread(): boolean {
    if (this.entries === undefined) return this.left > 0
    while (this.next < this.entries.length && this.entries[this.next]?.state === 'gone') this.next += 1
    return this.next < this.entries.length
  }

  /** Takes what is gone out of the list, as far as nobody has read. */
  cut(): void {
    this.entries = this.entries?.filter((entry, at) => at < this.next || entry.state !== 'gone')
  }

  /** Whether the bodies may leave the memory: the file has them, and nobody is reading. */
  get canForget(): boolean {
    if (!this.isSealed || this.path === undefined || this.entries === undefined) return false
    if (this.until !== Number.POSITIVE_INFINITY) return false
    return this.unwritten === 0 && this.next === 0 && this.left === this.entries.length
  }

  forget(): void {
    const entries = this.entries ?? []
    if (this.lastSeq - this.firstSeq + 1 !== entries.length) this.seqs = entries.map((entry) => entry.seq)
    this.entries = undefined
  }
}

/** How the clock on the wall and the one that is never set back are related, for the records of a segment. */
export interface Times {
  /** Wall minus the other, in milliseconds. */
  readonly shift: number
  /** No record is newer, whatever stands in it. */
  readonly latest: number
}
