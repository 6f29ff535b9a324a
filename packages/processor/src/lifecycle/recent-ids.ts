/** The most IDs of a generation. */
const GENERATION = 5000

/**
 * IDs that were added lately: the last 5,000 at least. Two generations of a plain set, because one whose oldest entry
 * is deleted for each new one walks over the deleted ones.
 */
export class RecentIds {
  #young = new Set<string>()
  #old = new Set<string>()

  has(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id)
  }

  add(id: string): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Set()
    }
    this.#young.add(id)
  }

  delete(id: string): void {
    this.#young.delete(id)
    this.#old.delete(id)
  }
}
