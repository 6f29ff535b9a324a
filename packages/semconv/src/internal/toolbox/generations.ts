/**
 * A bounded map that keeps at least the last `size` entries and at most twice as many. It consists of two plain maps,
 * because deleting the oldest entry of a `Map` for each new one costs thirty times as much: the `Map` iterates over all
 * deleted entries.
 */
export class GenerationalMap<V> {
  readonly #size: number
  #newer = new Map<string, V>()
  #older = new Map<string, V>()

  /** @param size the number of entries in one of the two maps */
  constructor(size: number) {
    this.#size = size
  }

  /** Whether the map has the entry. */
  has(key: string): boolean {
    return this.#newer.has(key) || this.#older.has(key)
  }

  /** Returns the value of an entry. */
  get(key: string): V | undefined {
    return this.#newer.get(key) ?? this.#older.get(key)
  }

  /** Adds or replaces an entry, which is then the newest. */
  set(key: string, value: V): void {
    if (this.#newer.size >= this.#size && !this.#newer.has(key)) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(key, value)
  }

  /** Removes an entry. */
  delete(key: string): void {
    this.#newer.delete(key)
    this.#older.delete(key)
  }
}
