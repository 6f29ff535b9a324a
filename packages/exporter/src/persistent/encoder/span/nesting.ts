/**
 * The common limit of protobuf parsers is 100 messages in each other. Six stand around an attribute's value, and a
 * level of an object costs three: a request that goes deeper would be refused as a whole.
 */
const MAX_DEPTH = 30
/** For each attribute. What shares its parts, or is sparse, may have more than a machine can write. */
const MAX_VALUES = 1_000_000

/** Where an encoder is in a value, so that one that has itself in it, or has no end, is left at some point. */
export class Nesting {
  readonly #within: object[] = []
  #left = MAX_VALUES

  /** Whether the parts of this value may be written; if so, `leave` must follow. The others are written as empty. */
  enter(value: object): boolean {
    if (this.#within.length === 0) this.#left = MAX_VALUES
    if (this.#within.length === MAX_DEPTH || this.#within.includes(value)) return false
    this.#within.push(value)
    return true
  }

  leave(): void {
    this.#within.pop()
  }

  /** How many of a value's parts may be written. */
  take(parts: number): number {
    const taken = Math.min(parts, this.#left)
    this.#left -= taken
    return taken
  }

  /** After an exception. */
  reset(): void {
    this.#within.length = 0
  }
}
