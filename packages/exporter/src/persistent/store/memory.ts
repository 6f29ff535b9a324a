import type { BodyFormat } from '../encoder/codec.ts'
import type { Ledger } from './ledger.ts'
import { type NewEntry, Segment, type Times } from './segment.ts'
import { Source } from './source.ts'
import type { StoreSettings } from './types.ts'

/** Of what fits: so much is dropped at once when there is no room. */
const SHARE = 64

/** What only memory has: everything without a directory, else what the disk would not take. */
export class Memory {
  readonly source: Source
  readonly #ledger: Ledger
  readonly #settings: StoreSettings
  #nextNumber = 1

  constructor(settings: StoreSettings, ledger: Ledger) {
    this.#settings = settings
    this.#ledger = ledger
    this.source = new Source(ledger, () => {})
  }

  /** Keeps a record that is counted as queued already, or drops it. */
  add(record: NewEntry, format: BodyFormat): void {
    if (!this.#makeRoom(record.storedBytes)) {
      this.#ledger.refuse(record, 'overflow')
      return
    }
    const last = this.source.segments.at(-1)
    const isFull = last && last.size + record.storedBytes > this.#settings.maxMemoryBytes / SHARE
    const segment = !last || last.isSealed || isFull || last.format !== format ? this.#open(format) : last
    segment.add(record)
    segment.size += record.storedBytes
    this.#ledger.memoryBytes += record.storedBytes
  }

  #open(format: BodyFormat): Segment {
    const last = this.source.segments.at(-1)
    if (last) last.isSealed = true
    const segment = new Segment(this.#nextNumber++, format, undefined, NO_TIMES)
    this.source.segments.push(segment)
    return segment
  }

  #makeRoom(bytes: number): boolean {
    const { maxMemoryBytes, overflow } = this.#settings
    if (bytes > maxMemoryBytes) return false
    while (this.#ledger.memoryBytes + bytes > maxMemoryBytes) {
      if (overflow === 'reject-newest') return false
      const victim = this.source.segments.find((segment) => segment.taken === 0 && segment.left > 0)
      if (victim === undefined) return false
      this.source.drop(victim, 'overflow')
    }
    return true
  }
}

// Times are written into files and read from them; here there are none.
const NO_TIMES: Times = { shift: 0, latest: Number.POSITIVE_INFINITY }
