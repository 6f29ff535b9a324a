import type { BodyFormat } from '../../encoder/codec.ts'
import type { DroppedReason } from '../../stats.ts'
import type { Accounting } from '../accounting.ts'
import type { Position } from '../checkpoint.ts'
import type { SegmentFile } from './file.ts'
import { RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES } from './format.ts'
import { mutable, SegmentRecords, type Times } from './records.ts'
import type { ScannedSegment } from './scan.ts'
import type { JournalEntry, LapsedReason, NewEntry, Segment } from './types.ts'

/** A segment that only memory has. */
export function memorySegment(accounting: Accounting, format: BodyFormat): Segment {
  return new OwnedSegment(accounting, { format, number: 0, path: undefined }, { shift: 0 }, 0)
}

/** A new segment with an open file that contains only the header. */
export function fileSegment(
  accounting: Accounting,
  place: Place,
  times: Pick<Times, 'shift'>,
  file: SegmentFile,
): Segment {
  return new OwnedSegment(accounting, place, times, SEGMENT_HEADER_BYTES, file)
}

/**
 * A segment whose file was found. Its records are not in memory, and not in the sums of the queue yet.
 *
 * @param from the offset of the first record that is not acked
 */
export function foundSegment(
  accounting: Accounting,
  place: Omit<Place, 'format'>,
  times: Times,
  scanned: ScannedSegment,
  from: number,
): Segment {
  const format = scanned.records[0]?.header.format ?? 'protobuf'
  return OwnedSegment.found(accounting, { format, ...place }, times, scanned, from)
}

/** The identity of a segment's file. */
interface Place {
  readonly format: BodyFormat
  readonly number: number
  readonly path: string | undefined
}

// Not exported: other files know the interface, through which they can assign nothing.
class OwnedSegment extends SegmentRecords implements Segment {
  readonly format: BodyFormat
  readonly isMemory: boolean
  path: string | undefined
  file: SegmentFile | undefined
  size: number
  isSealed = false
  lapsed: LapsedReason | undefined
  isDeleted = false
  from = 0
  until = Number.POSITIVE_INFINITY
  #number: number
  /** Entries that wait for the writer. */
  #unwritten = 0
  #loading: Promise<void> | undefined

  constructor(accounting: Accounting, place: Place, times: Partial<Times>, size: number, file?: SegmentFile) {
    super(accounting, { shift: 0, latest: Number.POSITIVE_INFINITY, ...times })
    this.format = place.format
    this.isMemory = place.path === undefined
    this.path = place.path
    this.file = file
    this.size = size
    this.#number = place.number
    if (file) accounting.changeDisk(size)
  }

  static found(
    accounting: Accounting,
    place: Place,
    times: Times,
    scanned: ScannedSegment,
    from: number,
  ): OwnedSegment {
    const segment = new OwnedSegment(accounting, place, times, scanned.fileBytes)
    segment.isSealed = true
    segment.from = from
    segment.find(scanned)
    return segment
  }

  protected get self(): Segment {
    return this
  }

  get isWritten(): boolean {
    return this.#unwritten === 0
  }

  get isFinished(): boolean {
    return this.isSealed && this.left === 0
  }

  get canUnload(): boolean {
    if (!this.isSealed || this.path === undefined || this.until !== Number.POSITIVE_INFINITY) return false
    return this.isWritten && this.next === 0 && this.left > 0 && this.left === this.entries?.length
  }

  get unwrittenSpans(): number {
    const unwritten = (this.entries ?? []).filter((entry) => entry.state !== 'gone' && !entry.isWritten)
    return unwritten.reduce((sum, entry) => sum + entry.spans, 0)
  }

  get unpersisted(): readonly JournalEntry[] {
    if (this.file !== undefined || this.lapsed !== undefined) return []
    return (this.entries ?? []).filter(
      (entry) => entry.state === 'waiting' && (!entry.isWritten || this.path === undefined),
    )
  }

  override append(record: NewEntry): JournalEntry {
    if (this.isMemory) this.size += record.storedBytes
    else {
      this.#unwritten += 1
      this.#grow(RECORD_HEADER_BYTES + record.storedBytes)
    }
    return super.append(record)
  }

  place(entry: JournalEntry): void {
    if (this.file) mutable(entry).offset = this.file.reserve(RECORD_HEADER_BYTES + entry.storedBytes)
  }

  endOf({ offset, storedBytes }: JournalEntry): Position {
    return { number: this.#number, offset: offset + RECORD_HEADER_BYTES + storedBytes }
  }

  skip({ storedBytes }: JournalEntry): void {
    this.#unwritten -= 1
    if (!this.isDeleted && this.path !== undefined) this.#grow(-(RECORD_HEADER_BYTES + storedBytes))
  }

  markWritten(entries: readonly JournalEntry[]): void {
    for (const entry of entries) mutable(entry).isWritten = true
    this.#unwritten -= entries.length
    for (const entry of entries) this.stored(entry)
  }

  markFailed(_: JournalEntry): void {
    this.#unwritten -= 1
  }

  seal(): void {
    this.isSealed = true
  }

  takeWrittenFile(): SegmentFile | undefined {
    if (!this.isSealed || !this.isWritten) return undefined
    const { file } = this
    this.file = undefined
    return file
  }

  override dropAll(reason: DroppedReason): void {
    this.isSealed = true
    super.dropAll(reason)
  }

  lapse(reason: LapsedReason): void {
    this.lapsed = reason
  }

  override move(entry: JournalEntry, accept: (record: NewEntry) => boolean): boolean {
    const isMoved = super.move(entry, accept)
    // The file may contain it nevertheless; it must not be read twice.
    if (isMoved && entry.offset !== -1) this.until = Math.min(this.until, entry.offset)
    return isMoved
  }

  loadOnce(load: () => Promise<void>): Promise<void> {
    this.#loading ??= load().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  override reload(scanned: ScannedSegment): void {
    if (!this.isDeleted) super.reload(scanned)
  }

  takeNoRoom(): void {
    this.size = 0
  }

  enterFolder(number: number, path: string): void {
    this.#number = number
    this.path = path
    this.accounting.changeDisk(this.size)
  }

  leaveFolder(): void {
    this.#grow(-this.size)
    this.path = undefined
  }

  quarantine(): void {
    this.path = undefined
  }

  retire(): string | undefined {
    if (this.isDeleted || this.isMemory) return undefined
    const { path } = this
    this.isDeleted = true
    this.path = undefined
    this.accounting.changeDisk(-this.size)
    return path
  }

  #grow(bytes: number): void {
    this.size += bytes
    this.accounting.changeDisk(bytes)
  }
}
