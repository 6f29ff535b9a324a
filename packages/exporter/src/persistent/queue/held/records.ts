import type { BodyFormat } from '../../encoder/codec.ts'
import {
  type HeldPlace,
  type QueueContext,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  type SegmentFile,
  type System,
  type WritableEntry,
  type WritableSegment,
} from '../../journal/index.ts'

/** A span of which the log has a copy. */
export interface Held {
  readonly encode: () => Buffer | undefined
  /** Undefined while the log has no copy of it, because the disk cannot be written or is full. */
  record: HeldRecord | undefined
}

/** A record of the log: a copy of a span, or the release of others. */
export interface HeldRecord extends WritableEntry<HeldRecord> {
  readonly segment: HeldFile
  body: Buffer | undefined
  offset: number
  /** The span that it is the copy of. */
  readonly held: Held | undefined
  /** The copy that is not needed any more once this one is written. */
  readonly replaced: HeldRecord | undefined
  /** What it releases. */
  readonly released: readonly HeldPlace[]
}

/** A file of the log, as long as records are written to it. */
export class HeldFile implements WritableSegment<HeldRecord> {
  readonly format: BodyFormat
  readonly number: number
  readonly path: string
  readonly file: SegmentFile
  readonly #system: System
  readonly #onWritten: (record: HeldRecord) => void
  size = SEGMENT_HEADER_BYTES
  /** Copies that are still needed. */
  needed = 0
  neededBytes = 0
  /** Records that the writer has. */
  unwritten = 0
  /** Its spans are being written to a later file. */
  isGivenUp = false

  constructor(
    { settings, system }: QueueContext,
    place: { number: number; path: string },
    file: SegmentFile,
    onWritten: (record: HeldRecord) => void,
  ) {
    this.format = settings.format
    this.number = place.number
    this.path = place.path
    this.file = file
    this.#system = system
    this.#onWritten = onWritten
  }

  /** Makes room for a record. */
  append(body: Buffer, held?: Held, released: readonly HeldPlace[] = []): HeldRecord {
    const { length } = body
    this.unwritten += 1
    this.size += RECORD_HEADER_BYTES + length
    if (held !== undefined) {
      this.needed += 1
      this.neededBytes += length
    }
    return {
      ...{ segment: this, offset: -1, compression: 'none', body, bytes: length, storedBytes: length },
      ...{ spans: held === undefined ? 0 : 1, held, replaced: held?.record, released },
    }
  }

  /** A copy is not needed any more. */
  release({ storedBytes }: HeldRecord): void {
    this.needed -= 1
    this.neededBytes -= storedBytes
  }

  epochOf(): number {
    return this.#system.wall()
  }

  place(record: HeldRecord): void {
    record.offset = this.file.reserve(RECORD_HEADER_BYTES + record.storedBytes)
  }

  skip(): void {
    this.unwritten -= 1
  }

  markWritten(records: readonly HeldRecord[]): void {
    this.unwritten -= records.length
    for (const record of records) {
      record.body = undefined
      this.#onWritten(record)
    }
  }

  markFailed(): void {
    this.unwritten -= 1
  }
}
