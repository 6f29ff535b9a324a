/**
 * A map that remembers the last `size` entries at least, and twice as many at most. It keeps two generations of a plain
 * Map, because a Map whose oldest entry is deleted for each new one walks over the deleted ones: thirty times the cost.
 */
export class GenerationalMap<V> {
  readonly #size: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()

  /** @param size how many entries a generation has */
  constructor(size: number) {
    this.#size = size
  }

  /** Whether an entry is remembered. */
  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key)
  }

  /** The value of an entry that is remembered. */
  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** Adds or replaces an entry, which then counts as young. */
  set(key: string, value: V): void {
    if (this.#young.size >= this.#size && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  /** Forgets an entry. */
  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}
