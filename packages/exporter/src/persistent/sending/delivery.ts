import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { Lease, SpanQueue } from '../queue/index.ts'
import { countDropped, type DeliveryCounters } from '../stats.ts'
import { noAnswer } from './answers.ts'
import type { Circuit, OutageLog, RequestSize } from './circuit.ts'
import {
  logLongRetryAfter,
  logPartialSuccess,
  logUndeliverable,
  logUnreadable,
  nameOfError,
} from './messages.ts'
import { type OpenPart, type Part, Parts } from './parts.ts'
import { isOfEndpoint, type Refusals, RejectedParts, refusesAll } from './refusals.ts'
import type { Answer, Clock, RequestObserver, RetryAnswer, Transport } from './types.ts'

/** A request without spans, which asks only whether the endpoint answers. */
const PROBE = { protobuf: [], json: [Buffer.from('{"resourceSpans":[]}')] } satisfies Record<
  BodyFormat,
  Buffer[]
>
/** Where an endpoint refuses empty requests, so many single spans show that it refuses everything. */
const SAMPLES = 3

/** What all deliveries of a sender share. */
export interface DeliveryContext {
  readonly queue: SpanQueue
  readonly transport: Transport
  readonly counters: DeliveryCounters
  readonly observer: RequestObserver | undefined
  readonly codecOf: (format: BodyFormat) => Codec
  readonly clock: Clock
  readonly circuit: Circuit
  readonly outages: OutageLog
  readonly size: RequestSize
  readonly refusals: Refusals
}

/** All is answered; a request failed; no request may start now; or the sender has ended the delivery meanwhile. */
export type Outcome = 'answered' | 'failed' | 'postponed' | 'ended'

/** An answer that is not retried. */
type FinalAnswer = Exclude<Answer, RetryAnswer>

/**
 * One batch on its way: a single request, or several if the endpoint refuses it or finds it too large. It is then
 * narrowed down to the spans that are the cause, unless the endpoint refuses every request. Answers are kept until all
 * of the batch has one, so that a later failure does not repeat what was answered.
 */
export class Delivery {
  readonly #lease: Lease
  readonly #context: DeliveryContext
  readonly #parts: Parts
  readonly #rejected = new RejectedParts()
  #notAccepted = 0
  #hasAnswers = false
  #hasAccepted = false
  /** Why parts are refused: because of spans, or perhaps because of the endpoint, which single spans show. */
  #cause: 'unknown' | 'spans' | 'perhaps the endpoint' = 'unknown'
  #hasNarrowed = false
  #samples = 0
  /** What the endpoint said with the last refusal. */
  #message = ''
  #smallestTooLarge = Number.POSITIVE_INFINITY
  #isOver = false

  constructor(lease: Lease, context: DeliveryContext) {
    this.#lease = lease
    this.#context = context
    this.#parts = new Parts(lease, context.codecOf(lease.format))
  }

  get spans(): number {
    return this.#lease.spans
  }

  get bytes(): number {
    return this.#lease.bytes
  }

  /** Whether the batch is back in the queue, or removed from it. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether all of the batch has an answer. */
  get isAnswered(): boolean {
    return this.#parts.count === 0
  }

  /** Whether some of the batch, but not all of it, has an answer. */
  get isPartlyAnswered(): boolean {
    return this.#hasAnswers && !this.isAnswered
  }

  /** Sends requests until all is answered or one fails. `mayStart` is called before each of them. */
  async run(mayStart: () => boolean): Promise<Outcome> {
    const { circuit, outages, size, queue } = this.#context
    while (!this.isAnswered) {
      const part = this.#parts.next((next) => size.isTooLarge(next))
      if (part === undefined && !this.#needsProbe) {
        this.#narrow()
        continue
      }
      if (!mayStart()) return 'postponed'
      const round = circuit.begin()
      const answer = await this.#send(part)
      if (this.#isOver) return 'ended'
      if (answer.kind === 'retry') {
        this.#failed(round, part, answer)
        if (part === undefined || !size.isUndeliverable) return 'failed'
        // It is rejected like a span that is too large; otherwise it would block all spans behind it.
        size.answered()
        this.#reject(part, 413)
        logUndeliverable(outages.host, part.bytes)
        continue
      }
      circuit.answered()
      outages.answered(queue.size.spans)
      size.answered()
      if (part === undefined) this.#judge(answer)
      else this.#settle(part, answer)
    }
    await this.#finish()
    return 'answered'
  }

  /** Gives the batch back to the queue. */
  release(): void {
    this.#isOver = true
    this.#lease.nack()
  }

  #settle(part: OpenPart, answer: FinalAnswer): void {
    const { outages, size, refusals } = this.#context
    if (answer.kind === 'accepted') {
      this.#accept(part, answer.rejectedSpans, answer.message)
      size.learn(this.#smallestTooLarge)
      refusals.accepted()
      return
    }
    if (answer.kind === 'too-large') {
      this.#smallestTooLarge = Math.min(this.#smallestTooLarge, part.bytes)
      if (!this.#parts.split(part)) this.#reject(part, 413)
      return
    }
    if (answer.kind === 'unreadable') {
      this.#reject(part, answer.status)
      logUnreadable(outages.host, answer.status, part.spans)
      return
    }
    this.#hasAnswers = true
    if (this.#parts.refuse(part, answer.status)) {
      this.#message = answer.message
      return
    }
    this.#reject(part, answer.status, answer.message)
    if (this.#cause === 'perhaps the endpoint' && --this.#samples === 0) this.#rejectAll(answer.status)
  }

  /** Whether it matters what the endpoint answers to an empty request: it has refused all that it got. */
  get #needsProbe(): boolean {
    if (this.#cause !== 'unknown') return false
    const status = this.#parts.refused ?? 0
    // For most statuses it is a span, so both halves are sent first.
    const isWhole = !this.#hasNarrowed && this.#parts.count === 1
    return !isWhole || isOfEndpoint(status) || this.#context.refusals.has(status)
  }

  /** Splits what was refused, or takes the next sample of it. */
  #narrow(): void {
    const status = this.#parts.refused ?? 0
    this.#hasNarrowed = true
    const isSampling = this.#cause === 'perhaps the endpoint'
    const whole = isSampling ? [this.#parts.sample(SAMPLES - this.#samples)] : this.#parts.splitRefused()
    for (const part of whole) if (part !== undefined) this.#reject(part, status, this.#message)
  }

  /** Concludes from the answer to an empty request why everything was refused. */
  #judge(answer: FinalAnswer): void {
    const status = this.#parts.refused ?? 0
    if (answer.kind === 'accepted' || answer.kind === 'unreadable') this.#cause = 'spans'
    else if (refusesAll(status, answer.kind === 'rejected' ? answer.status : 413)) this.#rejectAll(status)
    else {
      this.#cause = 'perhaps the endpoint'
      this.#samples = this.#context.refusals.has(status) ? 1 : SAMPLES
    }
  }

  /** Sends a part, or an empty request. */
  async #send(part: Part | undefined): Promise<Answer> {
    if (part === undefined) return this.#probe()
    // A span that was reset too often is sent only if the endpoint answers other requests.
    if (part.spans > 1 || !this.#context.size.needsProbe) return this.#post(part)
    const answer = await this.#probe()
    return answer.kind === 'retry' ? answer : this.#post(part)
  }

  async #probe(): Promise<Answer> {
    const { counters, transport } = this.#context
    const { format } = this.#lease
    counters.requests++
    const answer = await transport.post(format, PROBE[format])
    return answer.kind === 'retry' ? { ...answer, reason: `${answer.reason} without spans` } : answer
  }

  async #post({ bodies, spans }: Part): Promise<Answer> {
    const { clock, codecOf, counters, transport, observer } = this.#context
    const { format } = this.#lease
    const started = clock.now()
    counters.requests++
    observer?.sent(spans)
    let answer: Answer
    try {
      answer = await transport.post(format, codecOf(format).join(bodies))
    } catch (error) {
      answer = noAnswer(nameOfError(error))
    }
    const { failure, status } = failureOf(answer)
    const rejected = answer.kind === 'accepted' ? Math.min(answer.rejectedSpans, spans) : 0
    observer?.answered(spans, clock.now() - started, failure, status, rejected)
    return answer
  }

  #failed(round: number, part: Part | undefined, answer: RetryAnswer): void {
    const { circuit, counters, outages, size } = this.#context
    counters.retried++
    circuit.failed(round, answer.afterMillis)
    const { afterMillis = 0 } = answer
    if (afterMillis > circuit.maxRetryAfterMillis) {
      logLongRetryAfter(outages.host, afterMillis, circuit.maxRetryAfterMillis)
    }
    if (part !== undefined) size.failed(part, answer)
    outages.failed(circuit.failures, answer.reason, Math.min(afterMillis, circuit.maxRetryAfterMillis))
  }

  #accept(part: OpenPart, rejectedSpans: number, message: string): void {
    const { outages } = this.#context
    this.#hasAnswers = true
    this.#hasAccepted = true
    this.#cause = 'spans'
    const notAccepted = Math.min(rejectedSpans, part.spans)
    this.#notAccepted += notAccepted
    this.#parts.accept(part)
    if (notAccepted > 0 || message !== '') logPartialSuccess(outages.host, notAccepted, message)
  }

  #reject(part: OpenPart, status: number, message = ''): void {
    this.#hasAnswers = true
    this.#parts.remove(part)
    this.#rejected.add(part, status, message)
  }

  #rejectAll(status: number): void {
    for (const part of this.#parts.removeAll()) this.#rejected.add(part, status, this.#message)
  }

  async #finish(): Promise<void> {
    const { codecOf, counters, outages, queue, refusals } = this.#context
    const rejected = this.#rejected
    rejected.log(outages.host, this.#hasAccepted)
    const { onlyStatus } = rejected
    if (!this.#hasAccepted && onlyStatus !== undefined && this.#lease.spans > 1) refusals.add(onlyStatus)
    const counts = await rejected.keep(queue, codecOf(this.#lease.format))
    // All in one turn, so that no span is ever counted twice, or not at all.
    for (const count of counts) count()
    counters.delivered += this.#lease.spans - this.#notAccepted - rejected.spans
    countDropped(counters, 'partial-success', this.#notAccepted)
    this.#isOver = true
    this.#lease.ack()
  }
}

function failureOf(answer: Answer): { failure: string | undefined; status: number | undefined } {
  if (answer.kind === 'accepted') return { failure: undefined, status: answer.status }
  if (answer.kind === 'unreadable') return { failure: 'unreadable_answer', status: answer.status }
  if (answer.kind === 'retry') return { failure: answer.reason, status: answer.status }
  const status = answer.kind === 'rejected' ? answer.status : 413
  return { failure: String(status), status }
}
