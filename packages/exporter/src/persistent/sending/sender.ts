import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { LONGEST_TIMER_MILLIS, type Timer } from '@otel-sessions/semconv/internal'
import { problems } from '../../problems.ts'
import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { Lease, SpanQueue } from '../queue/index.ts'
import type { DeliveryCounters } from '../stats.ts'
import { Circuit, OutageLog, RequestSize } from './circuit.ts'
import { Delivery, type DeliveryContext } from './delivery.ts'
import { nameOfError } from './messages.ts'
import { Refusals } from './refusals.ts'
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
      ...{ circuit, outages, size, refusals },
    }
    this.#waiters = new FlushWaiters(clock, circuit, transport)
  }

  /** Whether the last request failed. */
  get isFailing(): boolean {
    return this.#circuit.isOpen
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

  /** Ends requests in flight, and gives batches back to the queue. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.timer.cancel()
    // A delivery with all its answers settles by itself once the queue has kept what was rejected.
    for (const delivery of this.#deliveries) if (!delivery.isAnswered) this.#giveBack(delivery)
    this.#transport.close()
    this.#waiters.close()
  }

  /** Starts what may start now, and sets a timer for what may start later. */
  #pump(): void {
    const wait = this.#wait()
    if (wait === Number.POSITIVE_INFINITY) return
    // Outside the context in which a span ended, because this work belongs to no trace of the application.
    context.with(UNTRACED, () => {
      if (wait > 0) this.#wakeIn(wait)
      else this.#start()
    })
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
      free >= this.#settings.maxExportBatchSize || bytes - this.#leasedBytes >= this.#size.nextLimit
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
      // This is a bug of ours. Open the circuit to avoid a busy loop.
      hasFailed = true
      problems.report('broken', () => `sending failed unexpectedly (${nameOfError(error)}); it is retried`)
      this.#circuit.failed(this.#circuit.begin(), undefined)
      if (delivery !== undefined && !delivery.isOver) this.#giveBack(delivery)
    } finally {
      this.#running--
    }
    this.#waiters.check(hasFailed)
    this.#pump()
  }

  async #lease(): Promise<Delivery | undefined> {
    this.#isLeasing = true
    const limits = { maxSpans: this.#settings.maxExportBatchSize, maxBytes: this.#size.nextLimit }
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
    const outcome = await delivery.run(mayStart)
    const hasFailed = outcome === 'failed'
    if (outcome === 'answered') this.#forget(delivery)
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
