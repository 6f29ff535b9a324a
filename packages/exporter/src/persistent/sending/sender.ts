import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { LONGEST_TIMER } from '../../check-number.ts'
import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { Lease, SpanQueue } from '../queue/types.ts'
import type { DeliveryCounters } from '../stats.ts'
import { Circuit } from './circuit.ts'
import { type Clock, systemClock } from './clock.ts'
import { Delivery } from './delivery.ts'
import { Drains } from './drains.ts'
import { Job } from './job.ts'
import type { SenderSettings, SenderWatch, Transport } from './types.ts'
import { sayBroken } from './words.ts'

// Instrumentations of HTTP read this key, whichever copy of the SDK has set it: its symbol is registered.
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const UNTRACED = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true)

/** How long the queue is left alone when it has nothing to give although spans wait, in milliseconds. */
const PAUSE = 100

/** Takes batches from the queue, posts them, and tells the queue what became of them. Never throws. */
export class Sender {
  readonly #settings: SenderSettings
  readonly #queue: SpanQueue
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #circuit: Circuit
  readonly #delivery: Delivery
  readonly #drains: Drains
  readonly #jobs = new Set<Job>()
  // Begun, and put off because the receiver does not answer.
  readonly #putOff: Job[] = []
  #running = 0
  #takenSpans = 0
  #takenBytes = 0
  #isTaking = false
  #isClosed = false
  #waitsSince: number | undefined
  #pausedUntil = 0
  #timer: { readonly at: number; cancel(): void } | undefined

  /** @param codecOf of each format that the queue may give */
  constructor(
    settings: SenderSettings,
    queue: SpanQueue,
    transport: Transport,
    counters: DeliveryCounters,
    watch: SenderWatch | undefined,
    codecOf: (format: BodyFormat) => Codec,
    clock: Clock = systemClock,
  ) {
    this.#settings = settings
    this.#queue = queue
    this.#transport = transport
    this.#clock = clock
    const circuit = new Circuit(clock)
    this.#circuit = circuit
    this.#delivery = new Delivery({
      settings,
      queue,
      transport,
      counters,
      watch,
      codecOf,
      clock,
      circuit,
    })
    this.#drains = new Drains(clock, circuit, transport)
  }

  /** The last that was heard of the receiver is a failure. */
  get isFailing(): boolean {
    return this.#circuit.isOpen
  }

  /** The most bytes of a request, as the receiver has said (413): a record that is larger has to be cut later. */
  get maxRequestBytes(): number {
    return this.#delivery.maxRequestBytes
  }

  /** Asks the receiver once more although it asked for time: what it does not take now is lost. */
  insist(): void {
    this.#circuit.insist()
  }

  /** Something was appended. Sends it when enough waits, or has waited long enough. */
  wake(): void {
    this.#drains.check(false)
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
    if (this.#isClosed) return Promise.resolve(left())
    const drained = context.with(UNTRACED, () => this.#drains.add(left, millis, untilFailure))
    this.#pump()
    return drained
  }

  /** Ends what is in flight, and gives back what was taken. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.cancel()
    // What has its answers is settled as soon as the queue has put aside what was refused.
    for (const job of this.#jobs) if (job.next !== undefined) this.#giveBack(job)
    this.#transport.close()
    this.#drains.close()
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
    const { spans, bytes, oldestAgeMillis } = this.#queue.size
    const free = spans - this.#takenSpans
    if (free <= 0) return Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    this.#waitsSince ??= now
    const pause = this.#pausedUntil - now
    const isFull =
      free >= this.#settings.maxExportBatchSize || bytes - this.#takenBytes >= this.#delivery.nextRequestBytes
    if (this.#drains.isHurried || isFull) return pause
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
    let job: Job | undefined
    let hasFailed = false
    try {
      job = this.#putOff.shift() ?? (await this.#take())
      if (job !== undefined) {
        // The next may start while this one is on its way.
        this.#pump()
        hasFailed = await this.#run(job)
      }
    } catch (error) {
      // Nothing of what is called here may throw: it is not the receiver's fault, but it has to wait all the same.
      hasFailed = true
      sayBroken(error)
      this.#circuit.failed(this.#circuit.begin(), undefined)
      if (job !== undefined && !job.isOver) this.#giveBack(job)
    } finally {
      this.#running--
    }
    this.#drains.check(hasFailed)
    this.#pump()
  }

  async #take(): Promise<Job | undefined> {
    this.#isTaking = true
    const limits = { maxSpans: this.#settings.maxExportBatchSize, maxBytes: this.#delivery.nextRequestBytes }
    let batch: Lease | undefined
    try {
      batch = await this.#queue.lease(limits)
    } finally {
      this.#isTaking = false
    }
    if (batch === undefined) {
      this.#pausedUntil = this.#clock.now() + PAUSE
      return undefined
    }
    const job = new Job(batch)
    this.#jobs.add(job)
    this.#takenSpans += batch.spans
    this.#takenBytes += batch.bytes
    this.#waitsSince = undefined
    if (!this.#isClosed) return job
    this.#giveBack(job)
    return undefined
  }

  /** Returns whether a request failed. */
  async #run(job: Job): Promise<boolean> {
    const mayAsk = () => this.#circuit.wait === 0 && (!this.#circuit.isOpen || this.#running === 1)
    const outcome = await this.#delivery.run(job, mayAsk)
    const hasFailed = outcome === 'failed'
    if (outcome === 'answered') this.#forget(job)
    // The queue would give all of a batch again, also what was answered.
    else if (outcome === 'put-off' || (hasFailed && job.isPartlyAnswered)) this.#putOff.push(job)
    else if (hasFailed) this.#giveBack(job)
    return hasFailed
  }

  #giveBack(job: Job): void {
    job.release()
    this.#forget(job)
  }

  #forget(job: Job): void {
    this.#jobs.delete(job)
    this.#takenSpans -= job.spans
    this.#takenBytes -= job.bytes
    this.#pausedUntil = 0
  }
}
