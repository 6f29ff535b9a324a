import { LONGEST_TIMER } from '../../check-number.ts'
import { after, now } from '../../deadline.ts'
import { countDropped, type DeliveryCounters } from '../counters.ts'
import { codecOf } from '../otlp/index.ts'
import type { Store } from '../store/types.ts'
import { type Chance, Circuit } from './circuit.ts'
import { Drains } from './drains.ts'
import { bytesOf, Job, type Part, spansOf } from './job.ts'
import { sayFailing, sayPartial, sayRefused } from './outcomes.ts'
import type { Answer, SenderSettings, SenderWatch, Transport } from './types.ts'

/** A receiver that finds this too large takes nothing. */
const LEAST_BYTES = 16 * 1024
const LOOK_AGAIN_MILLIS = 1000
const CHANCE: Chance = { now, random: Math.random }

/** Takes batches from the store, posts them, and does with them what the answer says. Nothing here throws. */
export class Sender {
  readonly #settings: SenderSettings
  readonly #store: Store
  readonly #transport: Transport
  readonly #counters: DeliveryCounters
  readonly #watch: SenderWatch | undefined
  readonly #circuit: Circuit
  readonly #drains = new Drains()
  /** Split batches that wait to be tried again. They stay taken, because a part of them may have been accepted. */
  readonly #halfDone: Job[] = []
  #inFlight = 0
  /** Spans that are taken out of the store. */
  #taken = 0
  #maxBytes: number
  #timer: { cancel(): void } | undefined
  #isClosed = false

  constructor(
    settings: SenderSettings,
    store: Store,
    transport: Transport,
    counters: DeliveryCounters,
    watch?: SenderWatch,
    chance: Chance = CHANCE,
  ) {
    this.#settings = settings
    this.#store = store
    this.#transport = transport
    this.#counters = counters
    this.#watch = watch
    this.#circuit = new Circuit(chance)
    this.#maxBytes = settings.maxRequestBytes
    store.ready.then(() => this.wake())
  }

  /** The last request failed, and was not followed by one that did not. */
  get isFailing(): boolean {
    return this.#circuit.isFailing
  }

  /** Something may be there to be sent. */
  wake(): void {
    // While the receiver is away, one request at a time asks whether it is back.
    const most = this.#circuit.isFailing ? 1 : this.#settings.concurrency
    while (!this.#isClosed && this.#inFlight < most) {
      const pause = this.#pauseMillis()
      if (pause === undefined) return
      if (pause > 0) {
        this.#wakeAfter(pause)
        return
      }
      this.#inFlight++
      this.#sendNext().then((hasSent) => {
        this.#inFlight--
        this.#drains.check()
        if (hasSent) this.wake()
        // What waits could not be read just now.
        else if (this.#inFlight === 0 && this.#pauseMillis() !== undefined) this.#wakeAfter(LOOK_AGAIN_MILLIS)
      })
    }
  }

  /**
   * Sends all that waits, without delay.
   *
   * @param untilFailure gives up at the first request that fails
   * @returns resolves to how many of the marked spans are left, at the latest after `millis`
   */
  drain(left: () => number, millis: number, untilFailure = false): Promise<number> {
    if (this.#isClosed) return Promise.resolve(left())
    this.#circuit.hurry()
    const drained = this.#drains.wait(left, millis, untilFailure)
    this.wake()
    return drained
  }

  /** Sends nothing any more, and gives back what is taken. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.cancel()
    this.#transport.close()
    for (const job of this.#halfDone.splice(0)) this.#putOff(job)
    this.#drains.end()
  }

  /** How long to wait before the next request; undefined where there is nothing to send. */
  #pauseMillis(): number | undefined {
    const { spans, bytes, oldestAgeMillis } = this.#store.queued
    const waiting = spans - this.#taken
    if (waiting <= 0 && this.#halfDone.length === 0) return undefined
    const { maxExportBatchSize, scheduledDelayMillis } = this.#settings
    const isFull = waiting >= maxExportBatchSize || bytes >= this.#maxBytes
    const isDue = isFull || !this.#drains.isEmpty || this.#halfDone.length > 0
    const delay = isDue ? 0 : Math.max(0, scheduledDelayMillis - oldestAgeMillis)
    return Math.max(delay, this.#circuit.pauseMillis)
  }

  #wakeAfter(millis: number): void {
    this.#timer?.cancel()
    this.#timer = after(Math.min(Math.ceil(millis), LONGEST_TIMER), () => {
      this.#timer = undefined
      this.wake()
    })
  }

  /** Whether there was something to send. */
  async #sendNext(): Promise<boolean> {
    const job = this.#halfDone.shift() ?? (await this.#take())
    if (job === undefined) return false
    for (let part = job.next; part !== undefined; part = job.next) {
      const answer = this.#isClosed ? undefined : await this.#post(job, part)
      if (answer === undefined || answer.kind === 'retry') {
        if (answer !== undefined) this.#failed(answer)
        this.#putOff(job)
        return true
      }
      this.#circuit.succeeded()
      await this.#answered(job, part, answer)
    }
    this.#taken -= job.batch.spans
    job.batch.settle()
    return true
  }

  async #take(): Promise<Job | undefined> {
    const { maxExportBatchSize } = this.#settings
    const batch = await this.#store.take({ maxSpans: maxExportBatchSize, maxBytes: this.#maxBytes })
    if (batch === undefined) return undefined
    this.#taken += batch.spans
    return new Job(batch)
  }

  async #post(job: Job, part: Part): Promise<Answer> {
    const { format } = job.batch
    const spans = spansOf(part)
    const parts = codecOf(format).join(part.map(({ body }) => body))
    this.#counters.requests++
    this.#watch?.sent(spans)
    const started = now()
    const answer = await this.#transport.post(format, parts)
    this.#watch?.answered(spans, now() - started, failureOf(answer), statusOf(answer))
    return answer
  }

  async #answered(job: Job, part: Part, answer: Exclude<Answer, { kind: 'retry' }>): Promise<void> {
    const spans = spansOf(part)
    if (answer.kind === 'accepted') {
      const rejected = Math.min(answer.rejectedSpans, spans)
      this.#counters.delivered += spans - rejected
      countDropped(this.#counters, 'partial-success', rejected)
      sayPartial(rejected, answer.message)
    } else if (answer.kind === 'too-large' && job.split()) {
      this.#maxBytes = Math.max(LEAST_BYTES, Math.min(this.#maxBytes, Math.floor(bytesOf(part) / 2)))
      return
    } else {
      const { status, message } = answer.kind === 'refused' ? answer : { status: 413, message: '' }
      sayRefused(status, message)
      await this.#store.reject(
        job.batch.format,
        part.map(({ body }) => body),
        spans,
        status,
      )
    }
    job.done()
  }

  #failed({ reason, afterMillis }: Extract<Answer, { kind: 'retry' }>): void {
    this.#counters.retried++
    if (!this.#isClosed) sayFailing(reason)
    this.#circuit.failed(afterMillis, !this.#drains.isEmpty)
    this.#drains.failed()
  }

  /** To be tried again. What is split stays taken: a part of it may have been accepted. */
  #putOff(job: Job): void {
    if (job.isSplit && !this.#isClosed) {
      this.#halfDone.push(job)
      return
    }
    this.#taken -= job.batch.spans
    job.batch.release()
  }
}

const statusOf = (answer: Answer): number | undefined => {
  if (answer.kind === 'accepted') return 200
  return answer.kind === 'too-large' ? 413 : answer.status
}

const failureOf = (answer: Answer): string | undefined => {
  if (answer.kind === 'accepted') return undefined
  return answer.kind === 'retry' ? answer.reason : String(statusOf(answer))
}
