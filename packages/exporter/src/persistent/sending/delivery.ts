import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { Lease, SpanQueue } from '../queue/index.ts'
import { countDropped, type DeliveryCounters } from '../stats.ts'
import { noAnswer } from './answers.ts'
import type { Circuit, OutageLog, Part, RequestSize } from './circuit.ts'
import { logPartialSuccess, logRejected, logUndeliverable, logUnreadable, nameOfError } from './messages.ts'
import type { Answer, Clock, RequestObserver, RetryAnswer, Transport } from './types.ts'

/** A request without spans, which asks only whether the endpoint answers. */
const PROBE = { protobuf: [], json: [Buffer.from('{}')] } satisfies Record<BodyFormat, Buffer[]>

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
}

/** All is answered; a request failed; no request may start now; or the sender has ended the delivery meanwhile. */
export type Outcome = 'answered' | 'failed' | 'postponed' | 'ended'

/** What the endpoint rejected with one status. */
interface Rejected {
  readonly bodies: Buffer[]
  spans: number
}

/**
 * One batch on its way: a single request, or several if the endpoint finds it too large. Answers are kept until all of
 * the batch has one, so that a later failure does not repeat what was answered.
 */
export class Delivery {
  readonly #lease: Lease
  readonly #context: DeliveryContext
  readonly #parts: Part[]
  readonly #rejected = new Map<number, Rejected>()
  #notAccepted = 0
  #hasAnswers = false
  #isOver = false

  constructor(lease: Lease, context: DeliveryContext) {
    this.#lease = lease
    this.#context = context
    this.#parts = [lease]
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
    return this.#parts.length === 0
  }

  /** Whether some of the batch, but not all of it, has an answer. */
  get isPartlyAnswered(): boolean {
    return this.#hasAnswers && !this.isAnswered
  }

  /** Sends requests until all is answered or one fails. `mayStart` is called before each of them. */
  async run(mayStart: () => boolean): Promise<Outcome> {
    const { circuit, outages, size, queue } = this.#context
    let smallestTooLarge = Number.POSITIVE_INFINITY
    for (let part = this.#next(); part !== undefined; part = this.#next()) {
      if (!mayStart()) return 'postponed'
      const round = circuit.begin()
      const answer = (await this.#probe(part)) ?? (await this.#post(part))
      if (this.#isOver) return 'ended'
      if (answer.kind === 'retry') {
        this.#failed(round, part, answer)
        if (!size.isUndeliverable) return 'failed'
        // It is rejected like a span that is too large; otherwise it would block all spans behind it.
        size.answered()
        this.#reject(413)
        logUndeliverable(outages.host, part.bytes)
        continue
      }
      circuit.answered()
      outages.answered(queue.size.spans)
      size.answered()
      if (answer.kind === 'accepted') {
        this.#accept(answer.rejectedSpans, answer.message)
        size.learn(smallestTooLarge)
        continue
      }
      if (answer.kind === 'too-large') {
        smallestTooLarge = Math.min(smallestTooLarge, part.bytes)
        if (this.#split()) continue
      }
      if (answer.kind === 'unreadable') {
        this.#reject(answer.status)
        logUnreadable(outages.host, answer.status, part.spans)
        continue
      }
      const { status, message } = answer.kind === 'rejected' ? answer : { status: 413, message: '' }
      this.#reject(status)
      logRejected(outages.host, status, part.spans, message)
    }
    await this.#finish()
    return 'answered'
  }

  /** Gives the batch back to the queue. */
  release(): void {
    this.#isOver = true
    this.#lease.nack()
  }

  #next(): Part | undefined {
    while (this.#parts[0] && this.#context.size.isTooLarge(this.#parts[0]) && this.#split()) {}
    return this.#parts[0]
  }

  /** Splits the next part in two. Returns false for a single span and for an unreadable body. */
  #split(): boolean {
    const part = this.#parts[0]
    const codec = this.#context.codecOf(this.#lease.format)
    const halves = part && codec.split(Buffer.concat(codec.join(part.bodies)))
    if (halves === undefined) return false
    const parts = halves.map(({ body, spans }) => ({ bodies: [body], spans, bytes: body.length }))
    this.#parts.splice(0, 1, ...parts)
    return true
  }

  /** Checks that the endpoint answers other requests, before a span that was reset too often is rejected. */
  async #probe({ spans }: Part): Promise<RetryAnswer | undefined> {
    const { counters, size, transport } = this.#context
    if (spans > 1 || !size.needsProbe) return undefined
    counters.requests++
    const { format } = this.#lease
    const answer = await transport.post(format, PROBE[format])
    return answer.kind === 'retry' ? { ...answer, reason: `${answer.reason} without spans` } : undefined
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

  #failed(round: number, part: Part, answer: RetryAnswer): void {
    const { circuit, counters, outages, size } = this.#context
    counters.retried++
    circuit.failed(round, answer.afterMillis)
    size.failed(part, answer)
    outages.failed(circuit.failures, answer.reason, answer.afterMillis)
  }

  #accept(rejectedSpans: number, message: string): void {
    const notAccepted = Math.min(rejectedSpans, this.#takePart()?.spans ?? 0)
    this.#notAccepted += notAccepted
    if (notAccepted > 0 || message !== '') logPartialSuccess(this.#context.outages.host, notAccepted, message)
  }

  #reject(status: number): void {
    const part = this.#takePart()
    if (part === undefined) return
    const rejected = this.#rejected.get(status) ?? { bodies: [], spans: 0 }
    rejected.bodies.push(...part.bodies)
    rejected.spans += part.spans
    this.#rejected.set(status, rejected)
  }

  #takePart(): Part | undefined {
    this.#hasAnswers = true
    return this.#parts.shift()
  }

  async #finish(): Promise<void> {
    const { counters, queue } = this.#context
    const counts: (() => void)[] = []
    let delivered = this.#lease.spans - this.#notAccepted
    for (const [status, { bodies, spans }] of this.#rejected) {
      counts.push(await queue.deadLetter(this.#lease.format, bodies, spans, status))
      delivered -= spans
    }
    // All in one turn, so that no span is ever counted twice, or not at all.
    for (const count of counts) count()
    counters.delivered += delivered
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
