import type { BodyFormat } from '../encoder/codec.ts'
import type { Accounting } from '../journal/accounting.ts'
import { JournalReader } from '../journal/journal-reader.ts'
import { type NewEntry, Segment, type Times } from '../journal/segment.ts'
import type { QueueSettings } from './types.ts'

/** Of what fits: so much is dropped at once when there is no room. */
const SHARE = 64

/** What only memory has: everything without a directory, else what the disk would not take. */
export class MemoryQueue {
  readonly reader: JournalReader
  readonly #ledger: Accounting
  readonly #settings: QueueSettings
  #nextNumber = 1

  constructor(settings: QueueSettings, ledger: Accounting) {
    this.#settings = settings
    this.#ledger = ledger
    this.reader = new JournalReader(ledger, () => {})
  }

  /** Keeps a record that is counted as queued already, or drops it. */
  add(record: NewEntry, format: BodyFormat): void {
    if (!this.#makeRoom(record.storedBytes)) {
      this.#ledger.refuse(record, 'overflow')
      return
    }
    const last = this.reader.segments.at(-1)
    const isFull = last && last.size + record.storedBytes > this.#settings.maxMemoryBytes / SHARE
    const segment = !last || last.isSealed || isFull || last.format !== format ? this.#open(format) : last
    segment.add(record)
    segment.size += record.storedBytes
    this.#ledger.memoryBytes += record.storedBytes
  }

  #open(format: BodyFormat): Segment {
    const last = this.reader.segments.at(-1)
    if (last) last.isSealed = true
    const segment = new Segment(this.#nextNumber++, format, undefined, NO_TIMES)
    this.reader.segments.push(segment)
    return segment
  }

  #makeRoom(bytes: number): boolean {
    const { maxMemoryBytes, overflow } = this.#settings
    if (bytes > maxMemoryBytes) return false
    while (this.#ledger.memoryBytes + bytes > maxMemoryBytes) {
      if (overflow === 'reject-newest') return false
      const victim = this.reader.segments.find((segment) => segment.taken === 0 && segment.left > 0)
      if (victim === undefined) return false
      this.reader.drop(victim, 'overflow')
    }
    return true
  }
}

// Times are written into files and read from them; here there are none.
const NO_TIMES: Times = { shift: 0, latest: Number.POSITIVE_INFINITY }
