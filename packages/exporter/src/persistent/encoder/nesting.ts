import { problems } from '../../problems.ts'

/**
 * Protobuf parsers commonly accept 100 nested messages. Six surround an attribute's value, and a level of an object
 * takes three: endpoints would reject the whole request for a deeper value.
 */
const MAX_DEPTH = 30
/** For each attribute. Sparse arrays and shared parts can expand to more than a machine can write. */
const MAX_VALUES = 1_000_000

/** Limits how deep and how far an encoder follows a nested value, so that cycles and endless values end. */
export class Nesting {
  readonly #within: object[] = []
  #left = MAX_VALUES

  /** Whether the parts of this value may be written, or it is written as empty. If true, call `leave` afterwards. */
  enter(value: object): boolean {
    if (this.#within.length === 0) this.#left = MAX_VALUES
    if (this.#within.length === MAX_DEPTH || this.#within.includes(value)) {
      reportCut()
      return false
    }
    this.#within.push(value)
    return true
  }

  leave(): void {
    this.#within.pop()
  }

  /** How many of a value's parts may be written. */
  take(parts: number): number {
    const taken = Math.min(parts, this.#left)
    if (taken < parts) reportCut()
    this.#left -= taken
    return taken
  }

  /** Starts over after an exception. */
  reset(): void {
    this.#within.length = 0
  }
}

function reportCut(): void {
  problems.report(
    'value-cut',
    () =>
      `an attribute is exported in part: it has more than ${MAX_VALUES} values, is nested deeper than ${MAX_DEPTH} ` +
      'levels, or contains itself',
  )
}
