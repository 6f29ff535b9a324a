import type { BodyFormat } from '../encoder/codec.ts'
import {
  JournalReader,
  memorySegment,
  type NewEntry,
  type QueueContext,
  RECORD_HEADER_BYTES,
  type Segment,
} from '../journal/index.ts'

/** A segment takes such a part of the memory. Overflow drops a whole segment. */
const SEGMENTS = 64
/** Bytes moved to a recovered disk before yielding to other work. */
const MOVED_AT_ONCE_BYTES = 1024 * 1024

/** The records that only memory has: all of them without a directory, else those that the disk did not take. */
export class MemoryQueue {
  readonly reader: JournalReader
  readonly #context: QueueContext

  constructor(context: QueueContext) {
    this.#context = context
    this.reader = new JournalReader(context)
  }

  /** Keeps a record that the accounting knows, or drops it. */
  add(record: NewEntry, format: BodyFormat): void {
    const { accounting, settings } = this.#context
    if (!this.#makeRoom(record.storedBytes)) {
      accounting.leave(record, 'overflow')
      record.onStored?.()
      return
    }
    const last = this.reader.segments.at(-1)
    const isFull = last && last.size + record.storedBytes > settings.maxMemoryBytes / SEGMENTS
    const segment = !last || last.isSealed || isFull || last.format !== format ? this.#open(format) : last
    segment.append(record)
  }

  /** Moves some records to the journal, the oldest first. False when none is left, or it takes no more. */
  moveSome(append: (record: NewEntry) => boolean): boolean {
    const { accounting, settings } = this.#context
    let bytes = 0
    const isFull = (needed: number) =>
      bytes >= MOVED_AT_ONCE_BYTES || accounting.diskBytes + needed > settings.maxBytes
    for (const segment of this.reader.segments) {
      if (segment.format !== settings.format) continue
      for (const entry of segment.entries ?? []) {
        if (entry.state !== 'waiting') continue
        const needed = RECORD_HEADER_BYTES + entry.storedBytes
        if (isFull(needed) || !segment.move(entry, append)) break
        bytes += needed
      }
      if (bytes >= MOVED_AT_ONCE_BYTES) break
      if (segment.left === 0) segment.seal()
    }
    this.reader.tidy()
    return bytes >= MOVED_AT_ONCE_BYTES
  }

  #open(format: BodyFormat): Segment {
    this.reader.segments.at(-1)?.seal()
    const segment = memorySegment(this.#context.accounting, format)
    this.reader.add(segment)
    return segment
  }

  #makeRoom(bytes: number): boolean {
    const { accounting, settings } = this.#context
    if (bytes > settings.maxMemoryBytes) return false
    while (accounting.memoryBytes + bytes > settings.maxMemoryBytes) {
      if (settings.overflow === 'reject-newest') return false
      const oldest = this.reader.segments.find((segment) => !segment.isLeased && segment.left > 0)
      if (oldest === undefined) return false
      this.reader.drop(oldest, 'overflow')
    }
    return true
  }
}
