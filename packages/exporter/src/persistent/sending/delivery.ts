import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { SpanQueue } from '../queue/types.ts'
import { countDropped, type DeliveryCounters } from '../stats.ts'
import { nameOfError, noAnswer } from './answer.ts'
import type { Circuit } from './circuit.ts'
import type { Clock } from './clock.ts'
import type { Job, Part } from './job.ts'
import { Outage } from './outage.ts'
import { RequestSize } from './request-size.ts'
import type { Answer, SenderSettings, SenderWatch, Transport } from './types.ts'
import { sayHopeless, sayPartialSuccess, sayRefused } from './words.ts'

/** A request without spans: what is asked of a receiver that may not answer at all. */
const NOTHING = { protobuf: [], json: [Buffer.from('{}')] } satisfies Record<BodyFormat, Buffer[]>

/** What a delivery needs. */
export interface DeliveryParts {
  readonly settings: SenderSettings
  readonly queue: SpanQueue
  readonly transport: Transport
  readonly counters: DeliveryCounters
  readonly watch: SenderWatch | undefined
  readonly codecOf: (format: BodyFormat) => Codec
  readonly clock: Clock
  readonly circuit: Circuit
}

/** All was answered; a request failed; it is not the moment to ask; or somebody else has ended the job meanwhile. */
export type Outcome = 'answered' | 'failed' | 'put-off' | 'ended'

/** Sends jobs, request by request, and counts what became of them. */
export class Delivery {
  readonly #parts: DeliveryParts
  readonly #size: RequestSize
  readonly #outage: Outage

  constructor(parts: DeliveryParts) {
    this.#parts = parts
    this.#outage = new Outage(parts.settings.url, parts.clock)
    this.#size = new RequestSize(parts.settings.maxRequestBytes)
  }

  /** The most bytes of a request, as far as the receiver is known. */
  get maxRequestBytes(): number {
    return this.#size.learned
  }

  /** The most bytes of the next request. */
  get nextRequestBytes(): number {
    return this.#size.most
  }

  /** Sends a job until all of it is answered, or a request fails. `mayAsk` is asked before each request. */
  async run(job: Job, mayAsk: () => boolean): Promise<Outcome> {
    let smallestTooLarge = Number.POSITIVE_INFINITY
    for (let part = this.#next(job); part !== undefined; part = this.#next(job)) {
      if (!mayAsk()) return 'put-off'
      const round = this.#parts.circuit.begin()
      const answer = (await this.#proof(job.format, part)) ?? (await this.#post(job.format, part))
      if (job.isOver) return 'ended'
      if (answer.kind === 'retry') {
        this.#failed(round, part, answer)
        if (!this.#size.isHopeless) return 'failed'
        this.#giveUp(job, part)
        continue
      }
      this.#parts.circuit.answered()
      this.#outage.over(this.#parts.queue.size.spans)
      this.#size.answered()
      if (answer.kind === 'too-large') {
        smallestTooLarge = Math.min(smallestTooLarge, part.bytes)
        if (!job.split(this.#parts.codecOf(job.format))) this.#refused(job, part, 413, '')
      } else if (answer.kind === 'refused') {
        this.#refused(job, part, answer.status, answer.message)
      } else {
        job.accept(answer.rejectedSpans)
        sayPartialSuccess(answer.rejectedSpans, answer.message)
        this.#size.learn(smallestTooLarge)
      }
    }
    await this.#settle(job)
    return 'answered'
  }

  #next(job: Job): Part | undefined {
    const { codecOf } = this.#parts
    while (job.next && this.#size.isTooLarge(job.next) && job.split(codecOf(job.format))) {}
    return job.next
  }

  // Before a span is given up that was lost too often, the receiver has to show that it answers other requests.
  async #proof(format: BodyFormat, { spans }: Part): Promise<(Answer & { kind: 'retry' }) | undefined> {
    if (spans > 1 || !this.#size.needsProof) return undefined
    const { counters, transport } = this.#parts
    counters.requests++
    const answer = await transport.post(format, NOTHING[format])
    return answer.kind === 'retry' ? { ...answer, reason: `${answer.reason} for nothing` } : undefined
  }

  async #post(format: BodyFormat, part: Part): Promise<Answer> {
    const { clock, codecOf, counters, transport, watch } = this.#parts
    const { spans } = part
    const started = clock.now()
    counters.requests++
    watch?.sent(spans)
    let answer: Answer
    try {
      answer = await transport.post(format, codecOf(format).join(part.bodies))
    } catch (error) {
      answer = noAnswer(nameOfError(error))
    }
    const millis = clock.now() - started
    if (answer.kind === 'accepted') watch?.answered(spans, millis, undefined, undefined)
    else if (answer.kind === 'retry') watch?.answered(spans, millis, answer.reason, answer.status)
    else {
      const status = answer.kind === 'refused' ? answer.status : 413
      watch?.answered(spans, millis, String(status), status)
    }
    return answer
  }

  #failed(round: number, part: Part, answer: Answer & { kind: 'retry' }): void {
    const { circuit, counters } = this.#parts
    counters.retried++
    circuit.failed(round, answer.afterMillis)
    this.#size.failed(part, answer)
    this.#outage.failed(circuit.failures, answer.reason, answer.afterMillis)
  }

  #refused(job: Job, part: Part, status: number, message: string): void {
    job.refuse(status)
    sayRefused(status, part.spans, message)
  }

  // As if it had said that this is too large: it would hold up all that comes after it.
  #giveUp(job: Job, part: Part): void {
    this.#size.answered()
    job.refuse(413)
    sayHopeless(part.bytes)
  }

  async #settle(job: Job): Promise<void> {
    const { counters, queue } = this.#parts
    const counts: (() => void)[] = []
    for (const [status, { bodies, spans }] of job.refused) {
      counts.push(await queue.deadLetter(job.format, bodies, spans, status))
    }
    // All in one go, so that at no moment a span is counted twice, or not at all.
    for (const count of counts) count()
    counters.delivered += job.delivered
    countDropped(counters, 'partial-success', job.notTaken)
    job.settle()
  }
}
