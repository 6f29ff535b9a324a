import type { Compression } from './format.ts'
import { PACKED_AT_ONCE_BYTES, pack } from './pack.ts'
import type { JournalEntry } from './segment.ts'

/** Packs, before they are written, bodies that were too large to be packed when they were appended. */
export class Packer {
  readonly #packing: Compression
  readonly #onSaved: (entry: JournalEntry, bytes: number) => void
  /** They did not get smaller. */
  readonly #incompressible = new WeakSet<JournalEntry>()

  constructor(packing: Compression, onSaved: (entry: JournalEntry, bytes: number) => void) {
    this.#packing = packing
    this.#onSaved = onSaved
  }

  /** Whether a record is to be packed and is not yet. */
  isToBePacked(entry: JournalEntry): boolean {
    if (this.#packing === 'none' || entry.packing !== 'none' || entry.body === undefined) return false
    return entry.rawBytes > PACKED_AT_ONCE_BYTES && !this.#incompressible.has(entry)
  }

  /** Packs some records, one after the other, the first ones first. Never rejects. */
  async pack(entries: readonly JournalEntry[], bytes: number): Promise<void> {
    if (this.#packing === 'none') return
    let packed = 0
    for (const entry of [...entries]) {
      if (this.isToBePacked(entry)) await this.#packOne(entry)
      packed += entry.storedBytes
      if (packed > bytes) return
    }
  }

  async #packOne(entry: JournalEntry): Promise<void> {
    const packed = entry.body && (await pack(entry.body, this.#packing).catch(() => undefined))
    if (packed === undefined) this.#incompressible.add(entry)
    // It may have been settled, or written as it is, in the meantime.
    if (packed === undefined || entry.offset !== -1 || entry.body === undefined) return
    const saved = entry.storedBytes - packed.length
    entry.body = packed
    entry.packing = this.#packing
    entry.storedBytes = packed.length
    this.#onSaved(entry, saved)
  }
}
