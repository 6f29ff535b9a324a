import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-base'

// Odd, so that multiplication by them modulo 2^32 is invertible.
const HIGH = 0x85ebca6b
const LOW = 0x9e3779b1
const INVERSE_OF_LOW = inverse(LOW)

/**
 * Generates each span's ID from its number, 1 for the first. The IDs look random, so that they compress as badly as
 * real ones. The collector can compute the number from the ID, and recognises foreign IDs.
 */
export class NumberedSpans implements IdGenerator {
  readonly #random = new RandomIdGenerator()
  /** The number of generated IDs. */
  count = 0

  generateTraceId(): string {
    return this.#random.generateTraceId()
  }

  generateSpanId(): string {
    this.count++
    return hex(Math.imul(this.count, HIGH)) + hex(Math.imul(this.count, LOW))
  }
}

/** The number of a span, from the two halves of its ID; undefined for a foreign ID. */
export function numberOf(high: number, low: number): number | undefined {
  const number = Math.imul(low, INVERSE_OF_LOW) >>> 0
  return Math.imul(number, HIGH) >>> 0 === high >>> 0 ? number : undefined
}

const hex = (half: number) => (half >>> 0).toString(16).padStart(8, '0')

/** Newton's method: each step doubles the number of correct bits, and three are correct at the start. */
function inverse(odd: number): number {
  let result = odd
  for (let step = 0; step < 4; step++) result = Math.imul(result, 2 - Math.imul(odd, result))
  return result
}
