import type { Codec } from '../encoder/codec.ts'
import type { Lease } from '../queue/index.ts'
import type { DroppedReason } from '../stats.ts'
import type { BatchResult } from './narrowing/batch-result.ts'
import type { Parts } from './narrowing/parts.ts'

/** How one batch ends: what became of its spans is counted in the turn in which it leaves the queue, or goes back. */
export class Settlement {
  readonly #lease: Lease
  readonly #codec: Codec
  readonly #parts: Parts
  readonly #result: BatchResult
  #isOver = false
  #isPurged: boolean
  #finishing: Promise<void> | undefined

  constructor(lease: Lease, codec: Codec, parts: Parts, result: BatchResult) {
    this.#lease = lease
    this.#codec = codec
    this.#parts = parts
    this.#result = result
    this.#isPurged = lease.lapsed() === 'purged'
  }

  /** Whether the batch is back in the queue, or removed from it. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether no further request with spans of the batch may start. */
  get isPurged(): boolean {
    return this.#isPurged
  }

  /** Whether the batch leaves the queue: it has all its answers, or was purged. */
  get hasBegun(): boolean {
    return this.#isOver || this.#isPurged || this.#finishing !== undefined
  }

  /** Counts what has no answer as lost. `finish` has to follow. */
  drop(reason: DroppedReason): void {
    this.#result.lose(reason, this.#parts.spans)
    this.#parts.removeAll()
  }

  /** Removes a batch from the queue that has all its answers, or was purged. What was rejected is kept unless purged. */
  finish(): Promise<void> {
    if (this.#isPurged) {
      this.#finishPurged()
      return Promise.resolve()
    }
    this.#finishing = this.#keepAndCount()
    return this.#finishing
  }

  /**
   * Notes that the queue was purged. What has no answer is lost, and so is what was rejected and is not being kept yet.
   * It is counted now, or with `finish` once a request in flight has its answer.
   *
   * @param inFlight how many spans are in a request
   * @returns how many are lost, whatever becomes of that request
   */
  purge(inFlight: number): number {
    if (this.#parts.count === 0 || this.#isPurged) return 0
    this.#isPurged = true
    const lost = this.#parts.spans + this.#result.rejectedSpans - inFlight
    if (inFlight === 0) this.#finishPurged()
    return lost
  }

  /**
   * Gives up the batch: the sender ends. What was answered is counted. The rest goes back to the queue; where only
   * memory has it, it is lost. If it cannot go back alone, the next process sends all of the batch again.
   */
  async end(): Promise<void> {
    // What was rejected is being kept.
    if (this.#finishing !== undefined) return this.#finishing
    if (this.#isOver) return
    if (this.#isPurged) return this.#finishPurged()
    this.#isOver = true
    const lost = this.#lease.isStored ? this.#lease.lapsed() : 'shutdown'
    if (lost !== undefined) {
      this.drop(lost)
      return this.finish()
    }
    const records = this.#parts.removeAll().map(({ bodies, spans }) => {
      return { body: Buffer.concat(this.#codec.join(bodies)), spans }
    })
    this.#result.leave(records.reduce((sum, { spans }) => sum + spans, 0))
    if (!(await this.#lease.ackExcept(records, () => this.#result.finish()))) this.#lease.nack()
  }

  /** Gives all of the batch back to the queue. */
  release(): void {
    this.#isOver = true
    this.#lease.nack()
  }

  #finishPurged(): void {
    this.#result.purge(this.#parts.spans)
    this.#parts.removeAll()
    this.#isOver = true
    this.#lease.ack()
  }

  async #keepAndCount(): Promise<void> {
    const count = await this.#result.finish()
    // All in one turn, so that no span is ever counted twice, or not at all.
    count()
    this.#isOver = true
    this.#lease.ack()
  }
}
