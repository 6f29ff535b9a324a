import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { countDropped, type DeliveryCounters } from '../counters.ts'
import type { BodyFormat, Codec } from '../otlp/codec.ts'
import type { Store } from '../store/types.ts'
import { nameOfError, noAnswer } from './answer.ts'
import { Circuit } from './circuit.ts'
import { type Clock, LONGEST_TIMER, systemClock } from './clock.ts'
import { Job, type Part } from './job.ts'
import type { Answer, SenderSettings, SenderWatch, Transport } from './types.ts'
import { sayPartialSuccess, sayRefused, sayUnreachable } from './words.ts'

// Instrumentations of HTTP read this key, whichever copy of the SDK has set it: its symbol is registered.
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const UNTRACED = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true)

/** What was learned from a receiver does not make requests smaller than this, in bytes. */
const LEAST_REQUEST = 16 * 1024
/** How long the store is left alone when it has nothing to give although spans wait, in milliseconds. */
const PAUSE = 100
/** Failures in a row before it is said: one is nothing unusual. */
const WORTH_SAYING = 3

interface Drain {
  readonly untilFailure: boolean
  readonly left: () => number
  finish(): void
}

/** Takes batches from the store, posts them, and tells the store what became of them. Never throws. */
export class Sender {
  readonly #settings: SenderSettings
  readonly #store: Store
  readonly #transport: Transport
  readonly #counters: DeliveryCounters
  readonly #watch: SenderWatch | undefined
  readonly #codecOf: (format: BodyFormat) => Codec
  readonly #clock: Clock
  readonly #circuit: Circuit
  readonly #jobs = new Set<Job>()
  // Begun, and put off because the receiver does not answer.
  readonly #putOff: Job[] = []
  readonly #drains = new Set<Drain>()
  #maxRequestBytes: number
  #running = 0
  #takenSpans = 0
  #isTaking = false
  #isClosed = false
  #waitsSince: number | undefined
  #pausedUntil = 0
  #timer: { readonly at: number; cancel(): void } | undefined

  constructor(
    settings: SenderSettings,
    store: Store,
    transport: Transport,
    counters: DeliveryCounters,
    watch: SenderWatch | undefined,
    codecOf: (format: BodyFormat) => Codec,
    clock: Clock = systemClock,
  ) {
    this.#settings = settings
    this.#store = store
    this.#transport = transport
    this.#counters = counters
    this.#watch = watch
    this.#codecOf = codecOf
    this.#clock = clock
    this.#circuit = new Circuit(clock)
    this.#maxRequestBytes = settings.maxRequestBytes
  }

  /** Something was appended. Sends it when enough waits, or has waited long enough. */
  wake(): void {
    if (this.#drains.size > 0) this.#checkDrains(false)
    this.#pump()
  }

  /**
   * Sends all that waits without delay, and keeps the process alive meanwhile.
   *
   * @param left how many of the spans that somebody waits for are not answered
   * @param millis the longest that it may take
   * @param untilFailure gives up at the first request that fails
   * @returns how many are left; 0 when all were answered
   */
  drain(left: () => number, millis: number, untilFailure = false): Promise<number> {
    if (this.#isClosed || left() === 0) return Promise.resolve(left())
    if (untilFailure && this.#circuit.isAskedToWait) return Promise.resolve(left())
    return new Promise((resolve) => {
      const finish = () => {
        timer.cancel()
        this.#drains.delete(drain)
        resolve(left())
      }
      const drain = { untilFailure, left, finish }
      const timer = context.with(UNTRACED, () => this.#clock.after(millis, finish, true))
      this.#drains.add(drain)
      this.#circuit.hurry()
      this.#pausedUntil = 0
      this.#pump()
    })
  }

  /** Ends what is in flight, and gives back what was taken. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.cancel()
    for (const job of this.#jobs) if (job.next !== undefined) this.#giveBack(job)
    this.#transport.close()
    for (const drain of this.#drains) drain.finish()
  }

  #checkDrains(hasFailed: boolean): void {
    for (const drain of this.#drains) {
      if ((hasFailed && drain.untilFailure) || drain.left() === 0) drain.finish()
    }
  }

  /** Starts what may start now, and sets the timer for what may start later. */
  #pump(): void {
    const wait = this.#wait()
    if (wait === Number.POSITIVE_INFINITY) return
    // Not in the context of whoever ended a span: nothing of this is that one's work.
    context.with(UNTRACED, () => {
      if (wait > 0) this.#wakeIn(wait)
      else this.#start()
    })
  }

  /** Milliseconds until a request may start; infinite where something else will come first. */
  #wait(): number {
    const most = this.#circuit.isOpen ? 1 : this.#settings.concurrency
    if (this.#isClosed || this.#isTaking || this.#running >= most) return Number.POSITIVE_INFINITY
    return Math.max(this.#circuit.wait, this.#putOff.length > 0 ? 0 : this.#waitForMore())
  }

  #waitForMore(): number {
    const { spans, oldestAgeMillis } = this.#store.queued
    const free = spans - this.#takenSpans
    if (free <= 0) return Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    this.#waitsSince ??= now
    const pause = this.#pausedUntil - now
    if (this.#drains.size > 0 || free >= this.#settings.maxExportBatchSize) return pause
    // What is taken is older than what is not.
    const age = this.#takenSpans === 0 ? oldestAgeMillis : now - this.#waitsSince
    return Math.max(pause, this.#settings.scheduledDelayMillis - age)
  }

  #wakeIn(millis: number): void {
    const at = this.#clock.now() + millis
    if (this.#timer !== undefined) {
      if (this.#timer.at <= at) return
      this.#timer.cancel()
    }
    const timer = this.#clock.after(Math.min(millis, LONGEST_TIMER), () => {
      this.#timer = undefined
      this.#pump()
    })
    this.#timer = { at, cancel: () => timer.cancel() }
  }

  async #start(): Promise<void> {
    this.#running++
    const job = this.#putOff.shift() ?? (await this.#take())
    let hasFailed = false
    if (job !== undefined) {
      // The next may start while this one is on its way.
      this.#pump()
      hasFailed = await this.#run(job)
    }
    this.#running--
    this.#checkDrains(hasFailed)
    this.#pump()
  }

  async #take(): Promise<Job | undefined> {
    this.#isTaking = true
    const maxSpans = this.#settings.maxExportBatchSize
    const batch = await this.#store.take({ maxSpans, maxBytes: this.#maxRequestBytes })
    this.#isTaking = false
    if (batch === undefined) {
      this.#pausedUntil = this.#clock.now() + PAUSE
      return undefined
    }
    const job = new Job(batch)
    this.#jobs.add(job)
    this.#takenSpans += batch.spans
    this.#waitsSince = undefined
    if (!this.#isClosed) return job
    this.#giveBack(job)
    return undefined
  }

  /** Sends a job until all of it is answered, or a request fails. Returns whether one did. */
  async #run(job: Job): Promise<boolean> {
    let smallestTooLarge = Number.POSITIVE_INFINITY
    for (let part = job.next; part !== undefined; part = job.next) {
      if (this.#circuit.wait > 0 || (this.#circuit.isOpen && this.#running > 1)) {
        this.#putOff.push(job)
        return false
      }
      const round = this.#circuit.begin()
      const answer = await this.#post(job.format, part)
      if (job.isOver) return false
      if (answer.kind === 'retry') {
        this.#failed(job, round, answer)
        return true
      }
      this.#circuit.answered()
      if (answer.kind === 'accepted') {
        job.accept(answer.rejectedSpans)
        sayPartialSuccess(answer.rejectedSpans, answer.message)
        this.#learn(smallestTooLarge / 2)
      } else if (answer.kind === 'refused') {
        job.refuse(answer.status)
        sayRefused(answer.status, part.spans, answer.message)
      } else {
        smallestTooLarge = Math.min(smallestTooLarge, part.bytes)
        if (!job.split(this.#codecOf(job.format))) {
          job.refuse(413)
          sayRefused(413, part.spans, '')
        }
      }
    }
    await this.#settle(job)
    return false
  }

  async #post(format: BodyFormat, part: Part): Promise<Answer> {
    const { spans } = part
    const started = this.#clock.now()
    this.#counters.requests++
    this.#watch?.sent(spans)
    let answer: Answer
    try {
      answer = await this.#transport.post(format, this.#codecOf(format).join(part.bodies))
    } catch (error) {
      answer = noAnswer(nameOfError(error))
    }
    const millis = this.#clock.now() - started
    if (answer.kind === 'accepted') this.#watch?.answered(spans, millis, undefined, undefined)
    else if (answer.kind === 'retry') this.#watch?.answered(spans, millis, answer.reason, answer.status)
    else {
      const status = answer.kind === 'refused' ? answer.status : 413
      this.#watch?.answered(spans, millis, String(status), status)
    }
    return answer
  }

  #failed(job: Job, round: number, answer: Answer & { kind: 'retry' }): void {
    this.#counters.retried++
    this.#circuit.failed(round, answer.afterMillis, this.#drains.size > 0)
    if (this.#circuit.failures >= WORTH_SAYING) sayUnreachable(this.#settings.url, answer.reason)
    // The store would give back all of it.
    if (job.isPartlyAnswered) this.#putOff.push(job)
    else this.#giveBack(job)
  }

  // A receiver that finds everything too large would make requests of single spans for ever: only one that took the
  // smaller part has said what it takes.
  #learn(bytes: number): void {
    this.#maxRequestBytes = Math.min(this.#maxRequestBytes, Math.max(LEAST_REQUEST, Math.floor(bytes)))
  }

  async #settle(job: Job): Promise<void> {
    for (const [status, { bodies, spans }] of job.refused) {
      await this.#store.reject(job.format, bodies, spans, status)
    }
    this.#counters.delivered += job.delivered
    countDropped(this.#counters, 'partial-success', job.notTaken)
    job.settle()
    this.#forget(job)
  }

  #giveBack(job: Job): void {
    job.release()
    this.#forget(job)
  }

  #forget(job: Job): void {
    this.#jobs.delete(job)
    this.#takenSpans -= job.spans
    this.#pausedUntil = 0
  }
}
