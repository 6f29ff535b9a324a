import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { Lease, SpanQueue } from '../queue/index.ts'
import { countDropped, type DeliveryCounters, type DroppedReason } from '../stats.ts'
import { noAnswer } from './answers.ts'
import type { Circuit, OutageLog } from './circuit.ts'
import { type Evidence, mayBeOfSpans } from './evidence.ts'
import {
  logLongRetryAfter,
  logPartialSuccess,
  logUndeliverable,
  logUnreadable,
  nameOfError,
} from './messages.ts'
import { type EarlierFailures, type OpenPart, Parts } from './parts.ts'
import { isOfEndpoint, type Refusals, RejectedParts, refusesAll } from './refusals.ts'
import type { RequestSize } from './request-size.ts'
import type { Answer, Clock, Part, RequestObserver, RetryAnswer, Transport } from './types.ts'

/** A request without spans, which asks only whether the endpoint answers. */
const PROBE = { protobuf: [], json: [Buffer.from('{"resourceSpans":[]}')] } satisfies Record<
  BodyFormat,
  Buffer[]
>
/** Where an endpoint refuses empty requests, so many single spans show that it refuses everything. */
const SAMPLES = 3
/** The most failures of one part that count as accidents: an outage is no accident. */
const MOST_ACCIDENTS = 4
const FIRST_PAUSE_MILLIS = 50
const LONGEST_PAUSE_MILLIS = 60_000
/** While others are accepted, a span that fails alone need not wait long. */
const LONGEST_PAUSE_OF_A_SPAN_MILLIS = 1000
// While a flush waits.
const LONGEST_EXPEDITED_MILLIS = 250

const pause = (failures: number): number => Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** failures)

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
  readonly evidence: Evidence
  /** By the first of their bodies. */
  readonly earlier: WeakMap<Buffer, EarlierFailures>
}

/**
 * All is answered; a request failed, and the batch is sent apart from now on, or not; no request may start now; or the
 * sender has ended the delivery meanwhile.
 */
export type Outcome = 'answered' | 'failed' | 'apart' | 'postponed' | 'ended'

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
  #earlier: EarlierFailures
  #isApart = false
  /** Failures in a row without evidence that the endpoint accepts others. */
  #quietFailures = 0
  #notBefore = 0
  #failedAt = 0
  /** Whether an empty request was answered before the last one. */
  #hasProbed = false
  #lost: { readonly reason: DroppedReason; readonly spans: number } | undefined

  constructor(lease: Lease, context: DeliveryContext) {
    this.#lease = lease
    this.#context = context
    const [first] = lease.bodies
    this.#earlier = (first && context.earlier.get(first)) ?? { failures: 0, seen: undefined }
    this.#parts = new Parts(lease, context.codecOf(lease.format), this.#earlier)
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

  /** Whether it is sent beside the other batches, because it fails while they are accepted. */
  get isApart(): boolean {
    return this.#isApart
  }

  /** When it may be sent again, where it is sent apart. */
  notBefore(isExpedited: boolean): number {
    const until = Math.max(this.#notBefore, this.#parts.notBefore)
    return isExpedited ? Math.min(until, this.#failedAt + LONGEST_EXPEDITED_MILLIS) : until
  }

  /**
   * Sends requests until all is answered or one fails.
   *
   * @param mayStart called before each of them
   * @param mayGoApart whether the batch may be sent beside the others from now on
   */
  async run(mayStart: () => boolean, mayGoApart: () => boolean): Promise<Outcome> {
    const { circuit, outages, size, queue } = this.#context
    while (!this.isAnswered) {
      const part = this.#parts.next(size)
      if (part === undefined && !this.#needsProbe) {
        this.#narrow()
        continue
      }
      if (!mayStart()) return 'postponed'
      const round = circuit.begin()
      const answer = await this.#send(part)
      if (this.#isOver) return 'ended'
      if (answer.kind === 'retry') {
        const outcome = this.#failed(round, part, answer, mayGoApart)
        const reason = this.isPartlyAnswered || this.#isApart ? this.#lease.lapsed() : undefined
        if (reason !== undefined) this.#drop(reason)
        if (!this.isAnswered) return outcome
        continue
      }
      circuit.answered()
      outages.answered(queue.size.spans)
      if (!this.#isApart) size.answered()
      if (part === undefined) this.#judge(answer)
      else this.#settle(part, answer)
    }
    await this.#finish()
    return 'answered'
  }

  /**
   * Gives up the batch: the sender ends. Where only memory has it, what was answered is counted, and the rest is lost.
   * Otherwise the next process sends all of it again.
   */
  async end(): Promise<void> {
    if (!this.#hasAnswers || this.#lease.isStored) return this.release()
    this.#isOver = true
    this.#drop('shutdown')
    await this.#finish()
  }

  /** Gives the batch back to the queue. */
  release(): void {
    this.#isOver = true
    const first = this.#lease.bodies[0]
    if (first !== undefined) this.#context.earlier.set(first, this.#earlier)
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
  async #send(part: OpenPart | undefined): Promise<Answer> {
    if (part === undefined) return this.#probe()
    // Another failure of a span says something about it only if the endpoint answers.
    const { evidence } = this.#context
    this.#hasProbed = this.#isApart && part.spans === 1 && part.seen === evidence.accepted
    if (!this.#hasProbed) return this.#post(part)
    const answer = await this.#probe()
    if (answer.kind === 'retry' || this.#isOver) {
      this.#hasProbed = false
      return answer
    }
    evidence.addAnswered()
    return this.#post(part)
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

  /** Returns what becomes of the batch after a failed request. */
  #failed(
    round: number,
    part: OpenPart | undefined,
    answer: RetryAnswer,
    mayGoApart: () => boolean,
  ): Outcome {
    const { circuit, clock, counters, evidence, outages, size } = this.#context
    const { reason } = answer
    counters.retried++
    this.#failedAt = clock.now()
    const { afterMillis = 0 } = answer
    const wait = Math.min(afterMillis, circuit.maxRetryAfterMillis)
    if (afterMillis > wait) logLongRetryAfter(outages.host, afterMillis, wait)
    const suspect = mayBeOfSpans(answer) ? part : undefined
    const hasEvidence = suspect?.seen !== undefined && (this.#hasProbed || evidence.accepted > suspect.seen)
    if (suspect !== undefined) {
      this.#parts.fail(suspect, evidence.accepted)
      this.#earlier = { failures: this.#earlier.failures + 1, seen: evidence.accepted }
    }
    if (this.#isApart) {
      this.#failedApart(suspect, answer, hasEvidence, wait)
      // Any span would get this answer.
      if (answer.status === 429) circuit.failed(round, afterMillis)
      return 'failed'
    }
    if (suspect !== undefined && hasEvidence && mayGoApart()) {
      this.#isApart = true
      this.#lease.setApart()
      this.#failedApart(suspect, answer, hasEvidence, wait)
      return 'apart'
    }
    const isSmaller = suspect !== undefined && size.failed(suspect, answer)
    circuit.failed(round, afterMillis, isSmaller)
    outages.failed(circuit.failures, reason, wait)
    return 'failed'
  }

  /** Narrows a batch that fails while others are accepted. */
  #failedApart(part: OpenPart | undefined, answer: RetryAnswer, hasEvidence: boolean, wait: number): void {
    const { clock, evidence, outages } = this.#context
    const now = clock.now()
    this.#quietFailures = hasEvidence ? 0 : this.#quietFailures + 1
    this.#notBefore = now + Math.max(wait, pause(this.#quietFailures) * clock.random())
    if (part === undefined || this.#parts.split(part)) return
    const longest = Math.min(LONGEST_PAUSE_OF_A_SPAN_MILLIS, pause(part.strikes))
    this.#parts.delay(part, now + longest * clock.random(), hasEvidence)
    if (part.strikes < evidence.failuresNeeded) return
    this.#reject(part, answer.status ?? 413)
    logUndeliverable(outages.host, part.bytes, answer.reason)
  }

  /** Counts what is left as lost. */
  #drop(reason: DroppedReason): void {
    this.#lost = { reason, spans: this.#parts.spans }
    this.#parts.removeAll()
  }

  #accept(part: OpenPart, rejectedSpans: number, message: string): void {
    const { evidence, outages, size } = this.#context
    this.#hasAnswers = true
    this.#hasAccepted = true
    this.#cause = 'spans'
    const notAccepted = Math.min(rejectedSpans, part.spans)
    this.#notAccepted += notAccepted
    let accidents = 0
    for (const one of this.#parts.accept(part)) {
      accidents += Math.min(one.failures, MOST_ACCIDENTS)
      if (one !== part && (one.failures > 1 || one.refused !== undefined)) size.suspect(one.bytes)
    }
    size.accepted(part.bytes)
    evidence.addAccepted(accidents)
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
    const lost = this.#lost
    counters.delivered += this.#lease.spans - this.#notAccepted - rejected.spans - (lost?.spans ?? 0)
    countDropped(counters, 'partial-success', this.#notAccepted)
    if (lost !== undefined) countDropped(counters, lost.reason, lost.spans)
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
