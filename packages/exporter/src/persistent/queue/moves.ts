import type { BodyFormat } from '../encoder/codec.ts'
import type { JournalEntry, JournalReader, NewEntry, Segment } from '../journal/index.ts'
import type { MemoryQueue } from './memory-queue.ts'

/** Where records are moved from and to, as the disk fails and recovers. */
export interface MovesHost {
  readonly reader: JournalReader
  readonly memory: MemoryQueue
  /** The format of new records: those of another stay in memory. */
  readonly format: BodyFormat
  readonly isOnDisk: boolean
  /** Appends a record to the open segment. False when the disk cannot be written. */
  append(record: NewEntry): boolean
  /** Resolves when nothing waits to be written. */
  written(): Promise<void>
}

/** Moves records between the journal and memory. */
export class Moves {
  readonly #host: MovesHost

  constructor(host: MovesHost) {
    this.#host = host
  }

  /** Moves to the disk everything that only memory has. */
  async toDisk(): Promise<void> {
    const { reader, memory } = this.#host
    await this.#host.written()
    this.toMemory(reader.segments.flatMap((segment) => segment.unpersisted))
    const append = (record: NewEntry) => this.#host.append(record)
    while (this.#host.isOnDisk && memory.moveSome(append)) await this.#host.written()
  }

  /** Moves records that no file is certain to have to memory, which is read first and has a limit of its own. */
  toMemory(entries: readonly JournalEntry[]): void {
    this.#move(entries, () => false)
  }

  /** Writes what is not known to be written again, to the open segment. */
  toOpenSegment(entries: readonly JournalEntry[]): void {
    this.#move(
      entries.filter((entry) => !entry.isWritten),
      (record, format) => format === this.#host.format && this.#host.append(record),
    )
  }

  /** @param accept takes a record; false leaves it to memory */
  #move(entries: readonly JournalEntry[], accept: (record: NewEntry, format: BodyFormat) => boolean): void {
    const { reader, memory } = this.#host
    const segments = new Set<Segment>()
    for (const entry of entries) {
      // What is leased stays where it is until the request has an answer.
      if (entry.state !== 'waiting') continue
      const { segment } = entry
      segment.move(entry, (record) => {
        if (!accept(record, segment.format)) memory.add(record, segment.format)
        return true
      })
      segments.add(segment)
    }
    for (const segment of segments) segment.compact()
    reader.tidy()
  }
}
