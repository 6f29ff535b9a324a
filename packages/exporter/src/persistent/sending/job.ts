import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { Lease } from '../queue/types.ts'

/** What one request is made of. */
export interface Part {
  readonly bodies: readonly Buffer[]
  readonly spans: number
  /** Before compression. */
  readonly bytes: number
}

/** What a receiver refused for good with one status. */
export interface Refused {
  readonly bodies: Buffer[]
  spans: number
}

/**
 * One batch on its way: one request, or more of them once the receiver has found it too large. What is answered is
 * kept here until all of it is, so that nothing is sent again because of what came after it.
 */
export class Job {
  readonly #batch: Lease
  readonly #parts: Part[]
  #hasAnswers = false
  #notTaken = 0
  /** By status. */
  readonly refused = new Map<number, Refused>()
  /** Whether the batch is back in the queue, or forgotten. */
  isOver = false

  constructor(batch: Lease) {
    this.#batch = batch
    this.#parts = [batch]
  }

  get format(): BodyFormat {
    return this.#batch.format
  }

  get spans(): number {
    return this.#batch.spans
  }

  get bytes(): number {
    return this.#batch.bytes
  }

  /** What is to be sent next; undefined when all is answered. */
  get next(): Part | undefined {
    return this.#parts[0]
  }

  /** Whether a part of the batch, but not all of it, has an answer. */
  get isPartlyAnswered(): boolean {
    return this.#hasAnswers && this.#parts.length > 0
  }

  /** Spans that the receiver did not take although it took their request. */
  get notTaken(): number {
    return this.#notTaken
  }

  /** Spans that the receiver acknowledged, once all is answered. */
  get delivered(): number {
    let delivered = this.#batch.spans - this.#notTaken
    for (const { spans } of this.refused.values()) delivered -= spans
    return delivered
  }

  /** The receiver took the next part, but for some spans. */
  accept(notTaken: number): void {
    const part = this.#answer()
    this.#notTaken += Math.min(notTaken, part?.spans ?? 0)
  }

  /** The receiver refused the next part for good. */
  refuse(status: number): void {
    const part = this.#answer()
    if (part === undefined) return
    const refused = this.refused.get(status) ?? { bodies: [], spans: 0 }
    refused.bodies.push(...part.bodies)
    refused.spans += part.spans
    this.refused.set(status, refused)
  }

  /** Cuts the next part in two. Returns false for a single span, and for what cannot be read. */
  split(codec: Codec): boolean {
    const part = this.#parts[0]
    const halves = part && codec.split(Buffer.concat(codec.join(part.bodies)))
    if (halves === undefined) return false
    const parts = halves.map(({ body, spans }) => ({ bodies: [body], spans, bytes: body.length }))
    this.#parts.splice(0, 1, ...parts)
    return true
  }

  settle(): void {
    this.isOver = true
    this.#batch.ack()
  }

  release(): void {
    this.isOver = true
    this.#batch.nack()
  }

  #answer(): Part | undefined {
    this.#hasAnswers = true
    return this.#parts.shift()
  }
}
