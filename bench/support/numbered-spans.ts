import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-base'

// Odd, so that multiplying by them modulo 2^32 can be undone.
const HIGH = 0x85ebca6b
const LOW = 0x9e3779b1
const INVERSE_OF_LOW = inverse(LOW)

/**
 * Gives each span an ID that is made from its number, 1 for the first, and looks random, so that it compresses as
 * badly as a real one. A receiver can tell from the ID which span it has, and that it is one of these.
 */
export class NumberedSpans implements IdGenerator {
  readonly #random = new RandomIdGenerator()
  /** How many IDs were given. */
  count = 0

  generateTraceId(): string {
    return this.#random.generateTraceId()
  }

  generateSpanId(): string {
    this.count++
    return hex(Math.imul(this.count, HIGH)) + hex(Math.imul(this.count, LOW))
  }
}

/** The number of a span, by the two halves of its ID; undefined for an ID that was not made here. */
export function numberOf(high: number, low: number): number | undefined {
  const number = Math.imul(low, INVERSE_OF_LOW) >>> 0
  return Math.imul(number, HIGH) >>> 0 === high >>> 0 ? number : undefined
}

const hex = (half: number) => (half >>> 0).toString(16).padStart(8, '0')

/** By Newton's method: each step doubles the bits that are right, and three are right at the start. */
function inverse(odd: number): number {
  let result = odd
  for (let step = 0; step < 4; step++) result = Math.imul(result, 2 - Math.imul(odd, result))
  return result
}
