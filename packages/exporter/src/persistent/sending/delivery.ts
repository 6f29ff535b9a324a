import type { Lease } from '../queue/index.ts'
import type { DeliveryContext } from './context.ts'
import { NO_STATUS } from './http/answers.ts'
import { logLongRetryAfter, logUndeliverable, logUnreadable } from './messages.ts'
import { BatchResult } from './narrowing/batch-result.ts'
import { mayBeOfSpans } from './narrowing/evidence.ts'
import { Narrowing } from './narrowing/narrowing.ts'
import { type EarlierFailures, type OpenPart, Parts } from './narrowing/parts.ts'
import { Pauses } from './pauses.ts'
import { postEmpty, postPart } from './requests.ts'
import { Settlement } from './settlement.ts'
import type { Answer, FinalAnswer, RetryAnswer } from './types.ts'

/** The most failures of one part that count as accidents: an outage is no accident. */
const MOST_ACCIDENTS = 4
/** After so many failures in a row, another batch is tried. */
const FAILURES_UNTIL_OTHERS = 5

/**
 * All is answered; a request failed, and the batch is sent apart from now on, or not; no request may start now; or the
 * sender has ended the delivery meanwhile.
 */
export type Outcome = 'answered' | 'failed' | 'apart' | 'postponed' | 'ended'

/**
 * One batch on its way: a single request, or several if the endpoint refuses it or finds it too large. It is then
 * narrowed down to the spans that are the cause, unless the endpoint refuses every request. Answers are kept until all
 * of the batch has one, so that a later failure does not repeat what was answered.
 */
export class Delivery {
  readonly #lease: Lease
  readonly #context: DeliveryContext
  readonly #parts: Parts
  readonly #result: BatchResult
  readonly #narrowing: Narrowing
  readonly #settlement: Settlement
  readonly #pauses: Pauses
  #smallestTooLarge = Number.POSITIVE_INFINITY
  /** How many spans are in the request under way. */
  #inFlight = 0
  #earlier: EarlierFailures
  #isApart = false
  /** Whether an empty request was answered before the last one. */
  #hasProbed = false

  constructor(lease: Lease, context: DeliveryContext) {
    this.#lease = lease
    this.#context = context
    const [first] = lease.bodies
    this.#earlier = (first && context.earlier.get(first)) ?? { failures: 0, seen: undefined }
    this.#parts = new Parts(lease, context.codecOf(lease.format), this.#earlier)
    const result = new BatchResult(lease, context)
    this.#result = result
    const { clock, refusals } = context
    this.#narrowing = new Narrowing(this.#parts, refusals, clock.random, result.reject.bind(result))
    this.#pauses = new Pauses(clock)
    this.#settlement = new Settlement(lease, context.codecOf(lease.format), this.#parts, result)
  }

  get spans(): number {
    return this.#lease.spans
  }

  get bytes(): number {
    return this.#lease.bytes
  }

  /** Whether the batch is back in the queue, or removed from it. */
  get isOver(): boolean {
    return this.#settlement.isOver
  }

  /** Whether all of the batch has an answer. */
  get isAnswered(): boolean {
    return this.#parts.count === 0
  }

  /** Whether some of the batch, but not all of it, has an answer. */
  get isPartlyAnswered(): boolean {
    return this.#result.hasAnswers && !this.isAnswered
  }

  /** Whether it is sent apart from the other batches, because it fails and they may be accepted. */
  get isApart(): boolean {
    return this.#isApart
  }

  /** When it may be sent again, where it is sent apart. */
  notBefore(isExpedited: boolean): number {
    return this.#pauses.until(this.#parts.notBefore, isExpedited)
  }

  /** Milliseconds that the endpoint has asked to wait before this batch is sent again; 0 if it has not. */
  get retryAfter(): number {
    return this.#pauses.retryAfter
  }

  /** Forgets what the endpoint has asked for. */
  resetRetryAfter(): void {
    this.#pauses.reset()
  }

  /**
   * Sends requests until all is answered or one fails.
   *
   * @param mayStart called before each of them
   * @param mayGoApart whether the batch may be sent apart from now on, although perhaps they fail, too
   */
  async run(mayStart: () => boolean, mayGoApart: (isOutage: boolean) => boolean): Promise<Outcome> {
    const { circuit, clock, outages, size, queue } = this.#context
    if (this.isOver) return 'ended'
    while (!this.isAnswered && !this.#settlement.isPurged) {
      const part = this.#narrowing.goesOn ? undefined : this.#parts.next(size, this.#isApart, clock.random)
      if (part === undefined && !this.#narrowing.needsEmptyRequest) {
        this.#narrowing.split()
        continue
      }
      if (!mayStart()) return 'postponed'
      const round = circuit.begin()
      const answer = await this.#send(part)
      this.#inFlight = 0
      if (this.isOver) return 'ended'
      if (part === undefined) this.#narrowing.judge(answer)
      if (answer.kind === 'retry') {
        const outcome = this.#failed(round, part, answer, mayGoApart)
        if (this.#settlement.isPurged) break
        const reason = this.isPartlyAnswered || this.#isApart ? this.#lease.lapsed() : undefined
        if (reason !== undefined) this.#settlement.drop(reason)
        if (!this.isAnswered) return outcome
        continue
      }
      circuit.answered()
      outages.answered(queue.size.spans)
      if (!this.#isApart) size.answered()
      if (part !== undefined) this.#settle(part, answer)
    }
    await this.#settlement.finish()
    return 'answered'
  }

  /** Gives up the batch: the sender ends. See `Settlement.end`. */
  end(): Promise<void> {
    // What is acked behind a batch that is sent apart counts as acked only once the batch is.
    const isNeeded = this.#result.hasAnswers || (this.#isApart && this.#lease.isStored)
    if (isNeeded || this.#settlement.hasBegun) return this.#settlement.end()
    this.release()
    return Promise.resolve()
  }

  /** Notes that the queue was purged: no further request with spans of the batch starts. See `Settlement.purge`. */
  purge(): number {
    return this.#settlement.purge(this.#inFlight)
  }

  /** Gives the batch back to the queue. */
  release(): void {
    const first = this.#lease.bodies[0]
    if (first !== undefined) this.#context.earlier.set(first, this.#earlier)
    this.#settlement.release()
  }

  /** Sends a part, or an empty request. */
  async #send(part: OpenPart | undefined): Promise<Answer> {
    const { evidence } = this.#context
    const { format } = this.#lease
    if (part === undefined) return postEmpty(this.#context, format)
    // Another failure of a span says something about it only if the endpoint accepts others, or answers at least,
    // and nothing else fails.
    this.#hasProbed =
      this.#isApart && part.spans === 1 && part.seen === evidence.accepted && evidence.failsAlone(part)
    if (!this.#hasProbed) return this.#post(part)
    const answer = await postEmpty(this.#context, format)
    if (answer.kind === 'retry' || this.isOver) {
      this.#hasProbed = false
      return answer
    }
    evidence.addAnswered()
    return this.#post(part)
  }

  #post(part: OpenPart): Promise<Answer> {
    this.#inFlight = part.spans
    return postPart(this.#context, this.#lease.format, part)
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
    this.#result.addAnswer()
    this.#narrowing.refused(part, answer.status, answer.message)
  }

  #accept(part: OpenPart, rejectedSpans: number, message: string): void {
    const { evidence, size } = this.#context
    this.#narrowing.accepted()
    let accidents = 0
    for (const one of this.#parts.accept(part)) {
      const failures = Math.min(one.failures, MOST_ACCIDENTS)
      if (one === part) size.accepted(part.bytes, failures)
      else if (one.refused !== undefined) size.arrivedInParts(one.bytes, 1, evidence.accepted)
      else if (failures > 0) size.arrivedInParts(one.bytes, failures, one.seen ?? 0)
      if (one.bytes <= size.batchLimit) accidents += failures
    }
    evidence.addAccepted(accidents)
    this.#result.accept(part, rejectedSpans, message)
  }

  /** Returns what becomes of the batch after a failed request. */
  #failed(
    round: number,
    part: OpenPart | undefined,
    answer: RetryAnswer,
    mayGoApart: (isOutage: boolean) => boolean,
  ): Outcome {
    const { circuit, counters, evidence, outages, size } = this.#context
    const { reason, afterMillis = 0 } = answer
    counters.retried++
    this.#pauses.failed()
    const wait = Math.min(afterMillis, circuit.maxRetryAfterMillis)
    if (afterMillis > wait) logLongRetryAfter(outages.host, afterMillis, wait)
    const suspect = mayBeOfSpans(answer) ? part : undefined
    if (part !== undefined) evidence.addFailed(part)
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
    const goesApart = suspect !== undefined && hasEvidence && mayGoApart(false)
    if (!goesApart) {
      const isSmaller = suspect !== undefined && size.failed(suspect, answer)
      circuit.failed(round, afterMillis, isSmaller)
      outages.failed(circuit.failures, reason, wait)
      const mayBeAlone = suspect !== undefined && circuit.failures >= FAILURES_UNTIL_OTHERS
      if (!mayBeAlone || !mayGoApart(true)) return 'failed'
    }
    this.#isApart = true
    this.#lease.setApart()
    this.#failedApart(suspect, answer, hasEvidence, wait)
    return 'apart'
  }

  /** Narrows a batch that fails while others are accepted. */
  #failedApart(part: OpenPart | undefined, answer: RetryAnswer, hasEvidence: boolean, wait: number): void {
    const { evidence, outages, size } = this.#context
    this.#pauses.failedApart(hasEvidence, wait)
    if (part === undefined || (part.spans > 1 && !evidence.isCause(part.failures))) return
    if (size.isHurried ? this.#parts.splitInFour(part) : this.#parts.split(part)) return
    this.#parts.delay(part, this.#pauses.untilSpan(part.strikes), hasEvidence)
    if (part.strikes < evidence.failuresNeeded) return
    this.#reject(part, answer.status ?? NO_STATUS)
    logUndeliverable(outages.host, part.bytes, answer.reason)
  }

  #reject(part: OpenPart, status: number): void {
    this.#parts.remove(part)
    this.#result.reject(part, status, '')
  }
}
