import type { Encoded } from '../otlp/codec.ts'
import { codecOf } from '../otlp/index.ts'
import type { Batch } from '../store/types.ts'

/** Bodies of one request. */
export type Part = readonly Encoded[]

/** A batch, and what of it is not answered yet: all of it, or, where it was too large, the parts that are left. */
export class Job {
  readonly batch: Batch
  #parts: Part[]
  #isSplit = false

  constructor(batch: Batch) {
    this.batch = batch
    this.#parts = [batch.bodies.map((body, index) => ({ body, spans: batch.counts[index] ?? 0 }))]
  }

  /** What is to be sent next; undefined when all is answered. */
  get next(): Part | undefined {
    return this.#parts[0]
  }

  /** Whether parts of it have been answered, or would be found too large once more. */
  get isSplit(): boolean {
    return this.#isSplit
  }

  /** The next part was answered for good. */
  done(): void {
    this.#parts.shift()
  }

  /** The next part becomes two; false where it is one span. */
  split(): boolean {
    const [part, ...others] = this.#parts
    const halves = part && halvesOf(part, this.batch.format)
    if (halves === undefined) return false
    this.#parts = [...halves, ...others]
    this.#isSplit = true
    return true
  }
}

function halvesOf(part: Part, format: Batch['format']): readonly Part[] | undefined {
  const [only] = part
  if (part.length === 1 && only !== undefined) {
    const halves = codecOf(format).split(only.body)
    return halves?.map((half) => [half])
  }
  const middle = Math.ceil(part.length / 2)
  return [part.slice(0, middle), part.slice(middle)]
}

/** All spans of a part. */
export const spansOf = (part: Part): number => part.reduce((sum, { spans }) => sum + spans, 0)

/** All bytes of a part. */
export const bytesOf = (part: Part): number => part.reduce((sum, { body }) => sum + body.length, 0)
