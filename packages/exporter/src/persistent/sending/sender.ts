import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { LONGEST_TIMER_MILLIS, type Timer } from '@otel-sessions/semconv/internal'
import { problems } from '../../problems.ts'
import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { Lease, SpanQueue } from '../queue/index.ts'
import type { DeliveryCounters } from '../stats.ts'
import { Circuit, OutageLog } from './circuit.ts'
import { Delivery, type DeliveryContext } from './delivery.ts'
import { Evidence } from './evidence.ts'
import { nameOfError } from './messages.ts'
import { Refusals } from './refusals.ts'
import { RequestSize } from './request-size.ts'
import {
  type Clock,
  type RequestObserver,
  type SenderSettings,
  systemClock,
  type Transport,
} from './types.ts'

// HTTP instrumentations read this key. Its symbol is registered, so any copy of the SDK may have set it.
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const UNTRACED = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true)

/** How long to wait if the queue returns nothing although spans are queued, in milliseconds. */
const EMPTY_QUEUE_MILLIS = 100
/** The most batches that are sent beside the others; if more fail, that is an outage. */
const MOST_APART = 8
const MOST_BYTES_APART = 32 * 1024 * 1024

/** Leases batches from the queue, sends them, and tells the queue what became of them. Never throws. */
export class Sender {
  readonly #settings: SenderSettings
  readonly #queue: SpanQueue
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #circuit: Circuit
  readonly #size: RequestSize
  readonly #context: DeliveryContext
  readonly #waiters: FlushWaiters
  readonly #deliveries = new Set<Delivery>()
  // Begun, and waiting until the next request may start.
  readonly #postponed: Delivery[] = []
  // Sent beside the others, one request at a time, because they fail while the others are accepted.
  readonly #apart: Delivery[] = []
  #isRunningApart = false
  #hasFailedApart = false
  #running = 0
  #leasedSpans = 0
  #leasedBytes = 0
  #isLeasing = false
  #isClosed = false
  #waitsSince: number | undefined
  #pausedUntil = 0
  #timer: { readonly at: number; readonly timer: Timer } | undefined

  /** @param codecOf returns the codec of any format that the queue may contain */
  constructor(
    settings: SenderSettings,
    queue: SpanQueue,
    transport: Transport,
    counters: DeliveryCounters,
    observer: RequestObserver | undefined,
    codecOf: (format: BodyFormat) => Codec,
    clock: Clock = systemClock,
  ) {
    this.#settings = settings
    this.#queue = queue
    this.#transport = transport
    this.#clock = clock
    const circuit = new Circuit(clock, settings.maxRetryAfterMillis)
    const size = new RequestSize(settings.maxRequestBytes)
    const outages = new OutageLog(settings.url, clock)
    this.#circuit = circuit
    this.#size = size
    const refusals = new Refusals()
    this.#context = {
      ...{ queue, transport, counters, observer, codecOf, clock },
      ...{ circuit, outages, size, refusals, evidence: new Evidence(), earlier: new WeakMap() },
    }
    this.#waiters = new FlushWaiters(clock, circuit, transport)
  }

  /** Whether the last request failed, of what is left to be sent. */
  get isFailing(): boolean {
    return this.#circuit.isOpen || (this.#hasFailedApart && this.#isIdle)
  }

  /** How many of the queued spans are in requests, or in batches of which a part was sent. */
  get spansInRequests(): number {
    return this.#leasedSpans
  }

  /** Milliseconds for which the endpoint has asked to get no request. */
  get retryAfterMillis(): number {
    return this.#circuit.retryAfter
  }

  /** The most bytes of a request, as learned from the endpoint (413): a larger record has to be split later. */
  get maxRequestBytes(): number {
    return this.#size.limit
  }

  /** Asks the endpoint once more, although it has asked to wait: what it does not accept now is lost. */
  resetCircuit(): void {
    this.#circuit.reset()
    this.#size.hurry()
  }

  /** Notes that spans were appended. Sends them when enough are queued, or have waited long enough. */
  wake(): void {
    this.#waiters.check(false)
    this.#pump()
  }

  /**
   * Sends what is queued without delay, and keeps the process alive meanwhile.
   *
   * @param left returns how many of the awaited spans are not answered
   * @param millis the longest that it may take
   * @param untilFailure stops at the first request that fails
   * @param patience stops when the endpoint has answered nothing for so many milliseconds
   * @returns how many are left; 0 if all were answered
   */
  drain(
    left: () => number,
    millis: number,
    untilFailure = false,
    patience = Number.POSITIVE_INFINITY,
  ): Promise<number> {
    if (this.#isClosed) return Promise.resolve(left())
    const drained = context.with(UNTRACED, () => this.#waiters.add(left, millis, untilFailure, patience))
    this.#pump()
    return drained
  }

  /** Ends requests in flight, and gives batches back to the queue. Resolves when they are there. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.timer.cancel()
    // A delivery with all its answers settles by itself once the queue has kept what was rejected.
    const open = [...this.#deliveries].filter((delivery) => !delivery.isAnswered)
    const ended = open.map((delivery) => delivery.end())
    for (const delivery of open) this.#forget(delivery)
    this.#transport.close()
    this.#waiters.close()
    await Promise.all(ended)
  }

  /** Starts what may start now, and sets a timer for what may start later. */
  #pump(): void {
    const wait = this.#wait()
    const waitApart = this.#waitApart()
    if (Math.min(wait, waitApart) === Number.POSITIVE_INFINITY) return
    // Outside the context in which a span ended, because this work belongs to no trace of the application.
    context.with(UNTRACED, () => {
      const later = Math.min(...[wait, waitApart].filter((millis) => millis > 0))
      if (later !== Number.POSITIVE_INFINITY) this.#wakeIn(later)
      if (wait <= 0) this.#start()
      // Starting a batch may have started one apart as well.
      if (this.#waitApart() <= 0) this.#startApart()
    })
  }

  /** Whether nothing is left but batches that are sent apart. */
  get #isIdle(): boolean {
    const free = this.#queue.size.spans - this.#leasedSpans
    return this.#running === 0 && this.#postponed.length === 0 && free <= 0
  }

  /** Milliseconds until a batch may be sent apart; infinite if something else has to happen first. */
  #waitApart(): number {
    if (this.#isClosed || this.#isRunningApart || this.#apart.length === 0) return Number.POSITIVE_INFINITY
    // In an outage there is one request at a time, for the oldest.
    if (this.#circuit.isOpen && !this.#isIdle) return Number.POSITIVE_INFINITY
    const isExpedited = this.#waiters.any
    const next = Math.min(...this.#apart.map((delivery) => delivery.notBefore(isExpedited)))
    return Math.max(0, this.#circuit.wait, next - this.#clock.now())
  }

  async #startApart(): Promise<void> {
    const isExpedited = this.#waiters.any
    const now = this.#clock.now()
    const at = this.#apart.findIndex((delivery) => delivery.notBefore(isExpedited) <= now)
    const [delivery] = at === -1 ? [] : this.#apart.splice(at, 1)
    if (delivery === undefined) return
    this.#isRunningApart = true
    this.#hasFailedApart = false
    try {
      const mayStart = () => this.#circuit.wait === 0 && (!this.#circuit.isOpen || this.#isIdle)
      const outcome = await delivery.run(mayStart, () => false)
      this.#hasFailedApart = outcome === 'failed'
      if (outcome === 'answered') this.#forget(delivery)
      else if (outcome !== 'ended') this.#apart.push(delivery)
    } catch (error) {
      this.#broken(error, delivery)
    } finally {
      this.#isRunningApart = false
    }
    this.#waiters.check(this.#hasFailedApart && this.#isIdle)
    this.#pump()
  }

  /** Whether another batch may be sent beside the others. */
  #mayGoApart(bytes: number): boolean {
    const all = [...this.#deliveries].filter(({ isApart }) => isApart)
    const sum = all.reduce((total, delivery) => total + delivery.bytes, bytes)
    return all.length < MOST_APART && sum <= MOST_BYTES_APART
  }

  /** This is a bug of ours. Opens the circuit to avoid a busy loop. */
  #broken(error: unknown, delivery: Delivery | undefined): void {
    problems.report('broken', () => `sending failed unexpectedly (${nameOfError(error)}); it is retried`)
    this.#circuit.failed(this.#circuit.begin(), undefined)
    if (delivery !== undefined && !delivery.isOver) this.#giveBack(delivery)
  }

  /** Milliseconds until a request may start; infinite if something else has to happen first. */
  #wait(): number {
    const most = this.#circuit.isOpen ? 1 : this.#settings.concurrency
    if (this.#isClosed || this.#isLeasing || this.#running >= most) return Number.POSITIVE_INFINITY
    return Math.max(this.#circuit.wait, this.#postponed.length > 0 ? 0 : this.#waitForMore())
  }

  #waitForMore(): number {
    const { spans, bytes, oldestAgeMillis } = this.#queue.size
    const free = spans - this.#leasedSpans
    if (free <= 0) return Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    this.#waitsSince ??= now
    const pause = this.#pausedUntil - now
    const isFull =
      free >= this.#settings.maxExportBatchSize || bytes - this.#leasedBytes >= this.#size.batchLimit
    if (this.#waiters.any || isFull) return pause
    // Batches that are leased are older than the rest.
    const age = this.#leasedSpans === 0 ? oldestAgeMillis : now - this.#waitsSince
    return Math.max(pause, this.#settings.scheduledDelayMillis - age)
  }

  #wakeIn(millis: number): void {
    const at = this.#clock.now() + millis
    if (this.#timer !== undefined) {
      if (this.#timer.at <= at) return
      this.#timer.timer.cancel()
    }
    const timer = this.#clock.after(Math.min(millis, LONGEST_TIMER_MILLIS), () => {
      this.#timer = undefined
      this.#pump()
    })
    this.#timer = { at, timer }
  }

  async #start(): Promise<void> {
    this.#running++
    let delivery: Delivery | undefined
    let hasFailed = false
    try {
      delivery = this.#postponed.shift() ?? (await this.#lease())
      if (delivery !== undefined) {
        // The next one may start while this one is under way.
        this.#pump()
        hasFailed = await this.#run(delivery)
      }
    } catch (error) {
      hasFailed = true
      this.#broken(error, delivery)
    } finally {
      this.#running--
    }
    this.#waiters.check(hasFailed)
    this.#pump()
  }

  async #lease(): Promise<Delivery | undefined> {
    this.#isLeasing = true
    const limits = { maxSpans: this.#settings.maxExportBatchSize, maxBytes: this.#size.batchLimit }
    let lease: Lease | undefined
    try {
      lease = await this.#queue.lease(limits)
    } finally {
      this.#isLeasing = false
    }
    if (lease === undefined) {
      this.#pausedUntil = this.#clock.now() + EMPTY_QUEUE_MILLIS
      return undefined
    }
    const delivery = new Delivery(lease, this.#context)
    this.#deliveries.add(delivery)
    this.#leasedSpans += lease.spans
    this.#leasedBytes += lease.bytes
    this.#waitsSince = undefined
    if (!this.#isClosed) return delivery
    this.#giveBack(delivery)
    return undefined
  }

  /** Returns whether a request failed. */
  async #run(delivery: Delivery): Promise<boolean> {
    const mayStart = () => this.#circuit.wait === 0 && (!this.#circuit.isOpen || this.#running === 1)
    const outcome = await delivery.run(mayStart, () => this.#mayGoApart(delivery.bytes))
    const hasFailed = outcome === 'failed'
    if (outcome === 'answered') this.#forget(delivery)
    else if (outcome === 'apart') this.#apart.push(delivery)
    // The queue would return all of a batch again, with what was answered.
    else if (outcome === 'postponed' || (hasFailed && delivery.isPartlyAnswered))
      this.#postponed.push(delivery)
    else if (hasFailed) this.#giveBack(delivery)
    return hasFailed
  }

  #giveBack(delivery: Delivery): void {
    delivery.release()
    this.#forget(delivery)
  }

  #forget(delivery: Delivery): void {
    this.#deliveries.delete(delivery)
    this.#leasedSpans -= delivery.spans
    this.#leasedBytes -= delivery.bytes
    this.#pausedUntil = 0
  }
}

interface FlushWaiter {
  readonly untilFailure: boolean
  readonly left: () => number
  /** Whether the endpoint has asked to wait longer than this one waits. */
  readonly cannotSend: () => boolean
  finish(): void
}

/** Those who wait until spans are answered. While there are any, requests are expedited and keep the process alive. */
class FlushWaiters {
  readonly #clock: Clock
  readonly #circuit: Circuit
  readonly #transport: Transport
  readonly #waiters = new Set<FlushWaiter>()

  constructor(clock: Clock, circuit: Circuit, transport: Transport) {
    this.#clock = clock
    this.#circuit = circuit
    this.#transport = transport
  }

  get any(): boolean {
    return this.#waiters.size > 0
  }

  /**
   * Resolves to how many spans are left: when there are none, at the deadline, when the endpoint has answered nothing
   * for too long, when it has asked to wait longer than that, or with `untilFailure` at a failure.
   */
  add(left: () => number, millis: number, untilFailure: boolean, patience: number): Promise<number> {
    const started = this.#clock.now()
    const cannotSend = () => {
      const { retryAfter } = this.#circuit
      return retryAfter > 0 && (untilFailure || retryAfter >= started + millis - this.#clock.now())
    }
    if (left() === 0 || cannotSend()) return Promise.resolve(left())
    this.#circuit.expedite(true, Math.min(millis, patience))
    this.#transport.keepAlive(true)
    const millisLeft = () => {
      const quietUntil = Math.max(started, this.#circuit.answeredAt) + patience
      return Math.min(started + millis, quietUntil) - this.#clock.now()
    }
    return new Promise((resolve) => {
      const finish = () => {
        timer.cancel()
        this.#waiters.delete(waiter)
        if (this.#waiters.size === 0) this.#release(left() > 0, untilFailure)
        resolve(left())
      }
      const wait = (): Timer =>
        this.#clock.afterKeepingAlive(millisLeft(), () => {
          if (millisLeft() > 0) timer = wait()
          else finish()
        })
      const waiter = { untilFailure, left, cannotSend, finish }
      let timer = wait()
      this.#waiters.add(waiter)
    })
  }

  /** Resolves waiters whose spans are all answered, and with `hasFailed` those for whom no request can be made now. */
  check(hasFailed: boolean): void {
    for (const waiter of this.#waiters) {
      if ((hasFailed && (waiter.untilFailure || waiter.cannotSend())) || waiter.left() === 0) waiter.finish()
    }
  }

  /** Resolves all waiters. */
  close(): void {
    for (const waiter of this.#waiters) waiter.finish()
  }

  #release(isUnfinished: boolean, untilFailure: boolean): void {
    this.#circuit.expedite(false)
    this.#transport.keepAlive(false)
    // With untilFailure the process is about to exit, and no request may delay it.
    if (isUnfinished) this.#transport.abort(untilFailure ? 'all' : 'connecting')
  }
}
