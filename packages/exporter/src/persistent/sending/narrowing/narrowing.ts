import type { Answer, Part } from '../types.ts'
import type { OpenPart, Parts } from './parts.ts'
import { isOfEndpoint, type Refusals, refusesAll } from './refusals.ts'

/** Where an endpoint refuses empty requests, so many random spans, one by one, show that it refuses everything. */
const SAMPLES = 20

/** Finds out why parts of one batch are refused: because of spans, or because the endpoint refuses every request. */
export class Narrowing {
  readonly #parts: Parts
  readonly #refusals: Refusals
  readonly #random: () => number
  readonly #reject: (part: Part, status: number, message: string) => void
  #cause: 'unknown' | 'spans' | 'perhaps the endpoint' = 'unknown'
  #hasSplit = false
  #samples = 0
  /** What the endpoint said with the last refusal. */
  #message = ''

  /** @param reject notes that a part, which `parts` has no more, is rejected for good */
  constructor(
    parts: Parts,
    refusals: Refusals,
    random: () => number,
    reject: (part: Part, status: number, message: string) => void,
  ) {
    this.#parts = parts
    this.#refusals = refusals
    this.#random = random
    this.#reject = reject
  }

  /**
   * Whether to go on with what was refused: there is nothing else to be sent, or only single spans that fail. They may
   * do so for long, while others of the batch could arrive.
   */
  get goesOn(): boolean {
    const { failingAlone, refused } = this.#parts
    if (failingAlone === undefined || refused === undefined) return false
    return this.#cause !== 'perhaps the endpoint' || failingAlone < SAMPLES
  }

  /** Whether it matters what the endpoint answers to an empty request: it has refused all that it got. */
  get needsEmptyRequest(): boolean {
    if (this.#cause !== 'unknown') return false
    const status = this.#parts.refused ?? 0
    // For most statuses it is a span, so both halves are sent first.
    const isWhole = !this.#hasSplit && this.#parts.count === 1
    return !isWhole || isOfEndpoint(status) || this.#refusals.has(status)
  }

  /** Splits what was refused, or takes the next sample of it. */
  split(): void {
    const status = this.#parts.refused ?? 0
    this.#hasSplit = true
    const isSampling = this.#cause === 'perhaps the endpoint'
    const whole = isSampling ? [this.#parts.sample(this.#random)] : this.#parts.splitRefused()
    for (const part of whole) if (part !== undefined) this.#rejectPart(part, status, this.#message)
  }

  /** Concludes from the answer to an empty request why everything was refused. A failure shows nothing. */
  judge(answer: Answer): void {
    const status = this.#parts.refused ?? 0
    const empty = answer.kind === 'rejected' ? answer.status : 413
    if (answer.kind === 'accepted' || answer.kind === 'unreadable') this.#cause = 'spans'
    else if (answer.kind !== 'retry' && refusesAll(status, empty)) this.#rejectAll(status)
    else {
      this.#cause = 'perhaps the endpoint'
      this.#samples = SAMPLES
    }
  }

  /** Notes that the endpoint accepted a part: it does not refuse everything. */
  accepted(): void {
    this.#cause = 'spans'
  }

  /** Notes that the endpoint refused a part. A single span is rejected. */
  refused(part: OpenPart, status: number, message: string): void {
    if (this.#parts.refuse(part, status)) {
      this.#message = message
      return
    }
    this.#rejectPart(part, status, message)
    if (this.#cause === 'perhaps the endpoint' && --this.#samples === 0) this.#rejectAll(status)
  }

  #rejectPart(part: OpenPart, status: number, message: string): void {
    this.#parts.remove(part)
    this.#reject(part, status, message)
  }

  #rejectAll(status: number): void {
    for (const part of this.#parts.removeAll()) this.#reject(part, status, this.#message)
  }
}
