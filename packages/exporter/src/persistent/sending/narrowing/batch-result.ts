import type { Lease } from '../../queue/index.ts'
import { countDropped, type DroppedReason } from '../../stats.ts'
import type { DeliveryContext } from '../context.ts'
import { isRetried, NO_STATUS } from '../http/answers.ts'
import { logPartialSuccess } from '../messages.ts'
import type { Part } from '../types.ts'
import { RejectedParts } from './refusals.ts'

type Context = Pick<DeliveryContext, 'codecOf' | 'counters' | 'outages' | 'queue' | 'refusals'>

/** What the endpoint has answered for the spans of one batch. It is counted once all of them have an answer. */
export class BatchResult {
  readonly #lease: Lease
  readonly #context: Context
  readonly #rejected = new RejectedParts()
  #notAccepted = 0
  #hasAnswers = false
  #hasAccepted = false
  #leftSpans = 0
  #lost: { readonly reason: DroppedReason; readonly spans: number } | undefined

  constructor(lease: Lease, context: Context) {
    this.#lease = lease
    this.#context = context
  }

  /** Whether the endpoint has answered for any of the batch. */
  get hasAnswers(): boolean {
    return this.#hasAnswers
  }

  /** Notes that a part has an answer, whatever it is. */
  addAnswer(): void {
    this.#hasAnswers = true
  }

  /** Notes that a part was accepted, except for some of its spans. */
  accept({ spans }: Part, rejectedSpans: number, message: string): void {
    this.#hasAnswers = true
    this.#hasAccepted = true
    const notAccepted = Math.min(rejectedSpans, spans)
    this.#notAccepted += notAccepted
    if (notAccepted > 0 || message !== '') logPartialSuccess(this.#context.outages.host, notAccepted, message)
  }

  /** Notes that a part is rejected for good, with the status of the answer, or `NO_STATUS`. */
  reject(part: Part, status: number, message: string): void {
    this.#hasAnswers = true
    this.#rejected.add(part, status, message)
  }

  /** How many spans are rejected for good. */
  get rejectedSpans(): number {
    return this.#rejected.spans
  }

  /** Notes that the rest of the batch is lost. */
  lose(reason: DroppedReason, spans: number): void {
    this.#lost = { reason, spans }
  }

  /** Notes that the rest of the batch stays in the queue. */
  leave(spans: number): void {
    this.#leftSpans = spans
  }

  /**
   * Counts a batch that was purged: what was rejected is not kept.
   *
   * @param unanswered how many of its spans have no answer
   */
  purge(unanswered: number): void {
    const { counters } = this.#context
    const lost = unanswered + this.#rejected.spans
    counters.delivered += this.#lease.spans - this.#notAccepted - lost
    countDropped(counters, 'partial-success', this.#notAccepted)
    countDropped(counters, 'purged', lost)
  }

  /**
   * Keeps what was rejected.
   *
   * @returns a function that counts everything, to be called in the turn in which the batch leaves the queue
   */
  async finish(): Promise<() => void> {
    const { codecOf, counters, outages, queue, refusals } = this.#context
    const rejected = this.#rejected
    const { spans, format } = this.#lease
    rejected.log(outages.host, this.#hasAccepted)
    const { onlyStatus } = rejected
    const isRefusal = onlyStatus !== undefined && onlyStatus !== NO_STATUS && !isRetried(onlyStatus)
    if (!this.#hasAccepted && isRefusal && spans > 1) refusals.add(onlyStatus)
    const counts = await rejected.keep(queue, codecOf(format))
    return () => {
      for (const count of counts) count()
      const lost = this.#lost
      counters.delivered += spans - this.#notAccepted - rejected.spans - this.#leftSpans - (lost?.spans ?? 0)
      countDropped(counters, 'partial-success', this.#notAccepted)
      if (lost !== undefined) countDropped(counters, lost.reason, lost.spans)
    }
  }
}
