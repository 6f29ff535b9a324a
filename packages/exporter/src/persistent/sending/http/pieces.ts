/**
 * Collects the pieces of an answer in one buffer. Node passes on a piece for each chunk, and the object for a chunk of
 * one byte takes hundreds of bytes.
 */
export class Pieces {
  #bytes = Buffer.alloc(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  add(piece: Buffer): void {
    const length = this.#length + piece.length
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length))
      this.#bytes.copy(grown, 0, 0, this.#length)
      this.#bytes = grown
    }
    piece.copy(this.#bytes, this.#length)
    this.#length = length
  }

  /** All of them so far. */
  whole(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }
}
