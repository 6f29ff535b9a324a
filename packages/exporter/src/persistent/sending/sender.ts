import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { LONGEST_TIMER_MILLIS, type Timer } from '@otel-sessions/semconv/internal'
import { problems } from '../../problems.ts'
import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { SpanQueue } from '../queue/index.ts'
import type { DeliveryCounters } from '../stats.ts'
import { ApartLane } from './apart.ts'
import { Circuit, OutageLog } from './circuit.ts'
import type { DeliveryContext } from './context.ts'
import type { Delivery } from './delivery.ts'
import { FlushWaiters } from './flush-waiters.ts'
import { Leases } from './leases.ts'
import { nameOfError } from './messages.ts'
import { Evidence } from './narrowing/evidence.ts'
import { Refusals } from './narrowing/refusals.ts'
import { RequestSize } from './narrowing/request-size.ts'
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

/** Leases batches from the queue, sends them, and tells the queue what became of them. Never throws. */
export class Sender {
  readonly #settings: SenderSettings
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #circuit: Circuit
  readonly #outages: OutageLog
  readonly #size: RequestSize
  readonly #waiters: FlushWaiters
  readonly #leases: Leases
  // Begun, and waiting until the next request may start.
  #postponed: Delivery[] = []
  readonly #apart: ApartLane
  #running = 0
  #isClosed = false
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
    this.#transport = transport
    this.#clock = clock
    const circuit = new Circuit(clock, settings.maxRetryAfterMillis)
    const evidence = new Evidence()
    const size = new RequestSize(settings.maxRequestBytes, evidence)
    const outages = new OutageLog(settings.url, clock)
    this.#circuit = circuit
    this.#outages = outages
    this.#size = size
    const refusals = new Refusals()
    const shared: DeliveryContext = {
      ...{ queue, transport, counters, observer, codecOf, clock },
      ...{ circuit, outages, size, refusals, evidence, earlier: new WeakMap() },
    }
    this.#waiters = new FlushWaiters(clock, circuit, transport, (spans) => this.retryAfterMillis(spans))
    this.#leases = new Leases(settings, shared)
    this.#apart = new ApartLane(clock)
  }

  /** Whether the last request failed, of what is left to be sent. */
  get isFailing(): boolean {
    return this.#circuit.isOpen || (this.#apart.hasFailed && this.#isIdle)
  }

  /** Why the last request failed, without anything secret of the URL; undefined if it was answered. */
  get problem(): string | undefined {
    return this.#outages.problem
  }

  /** How many of the queued spans are in requests, or in batches of which a part was sent. */
  get spansInRequests(): number {
    return this.#leases.spans
  }

  /** Milliseconds for which the endpoint has asked not to send so many spans; 0 if it has not. */
  retryAfterMillis(spans: number): number {
    return Math.max(this.#circuit.retryAfter, this.#apart.retryAfter(spans))
  }

  /** The most bytes of a request, as learned from the endpoint (413): a larger record has to be split later. */
  get maxRequestBytes(): number {
    return this.#size.limit
  }

  /** Asks the endpoint once more, although it has asked to wait: what it does not accept now is lost. */
  resetCircuit(): void {
    this.#circuit.reset()
    this.#apart.reset()
  }

  /** From now on there is little time: pauses are short, and requests get smaller after fewer failures. */
  hurry(): void {
    this.#size.hurry()
    this.#circuit.hurry()
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

  /**
   * The queue was purged: no further request with spans of the open batches starts. Those without a request in flight are
   * settled within the call.
   *
   * @returns how many of their spans are lost, whatever becomes of the requests in flight
   */
  purge(): number {
    let lost = 0
    for (const delivery of this.#leases.open) {
      lost += delivery.purge()
      if (delivery.isOver) this.#leases.remove(delivery)
    }
    this.#postponed = this.#postponed.filter(({ isOver }) => !isOver)
    this.#apart.forgetOver()
    this.#waiters.check(false)
    this.#pump()
    return lost
  }

  /** Ends requests in flight, and gives batches back to the queue. Resolves when they are there, or removed from it. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.timer.cancel()
    const { open } = this.#leases
    const ended = open.map((delivery) => delivery.end())
    for (const delivery of open) this.#leases.remove(delivery)
    this.#transport.close()
    this.#waiters.close()
    await Promise.all(ended)
  }

  /** Starts what may start now, and sets a timer for what may start later. */
  #pump(): void {
    const waitApart = this.#waitApart()
    if (Math.min(this.#wait(), waitApart) === Number.POSITIVE_INFINITY) return
    // Outside the context in which a span ended, because this work belongs to no trace of the application.
    context.with(UNTRACED, () => {
      if (waitApart <= 0) this.#startApart()
      // One that was started apart may delay this one.
      const wait = this.#wait()
      if (wait <= 0) this.#start()
      const later = Math.min(...[wait, waitApart].filter((millis) => millis > 0))
      if (later !== Number.POSITIVE_INFINITY) this.#wakeIn(later)
    })
  }

  /** Whether nothing is left but batches that are sent apart. */
  get #isIdle(): boolean {
    return this.#running === 0 && this.#postponed.length === 0 && this.#leases.freeSpans <= 0
  }

  /** Milliseconds until a batch may be sent apart; infinite if something else has to happen first. */
  #waitApart(): number {
    if (this.#isClosed || !this.#isTurnOfApart) return Number.POSITIVE_INFINITY
    return Math.max(this.#circuit.wait, this.#apart.wait(this.#waiters.any))
  }

  /** Whether there is room for a request that is sent apart, and it is the turn of one. */
  get #isTurnOfApart(): boolean {
    return this.#running < this.#most && this.#apart.hasTurn(this.#waitForBatch <= 0)
  }

  async #startApart(): Promise<void> {
    const delivery = this.#apart.take(this.#waiters.any)
    if (delivery === undefined) return
    try {
      const mayStart = () => this.#circuit.wait === 0 && this.#isTurnOfApart
      const outcome = await this.#apart.run(delivery, mayStart)
      if (outcome === 'answered') this.#leases.remove(delivery)
    } catch (error) {
      this.#broken(error, delivery)
    }
    this.#waiters.check(this.#apart.hasFailed && this.#isIdle)
    this.#pump()
  }

  /** This is a bug of ours. Opens the circuit to avoid a busy loop. */
  #broken(error: unknown, delivery: Delivery | undefined): void {
    problems.report('broken', () => `sending failed unexpectedly (${nameOfError(error)}); it is retried`)
    this.#circuit.failed(this.#circuit.begin(), undefined)
    if (delivery !== undefined && !delivery.isOver) this.#giveBack(delivery)
  }

  /** Milliseconds until a request may start; infinite if something else has to happen first. */
  #wait(): number {
    const most = this.#most
    if (this.#isClosed || this.#leases.isLeasing || this.#running >= most) return Number.POSITIVE_INFINITY
    const turnLeft = this.#running + 1 < most ? 0 : this.#apart.turnLeft
    return Math.max(this.#circuit.wait, turnLeft, this.#waitForBatch)
  }

  /** How many requests may be in flight now. */
  get #most(): number {
    return this.#circuit.isOpen ? 1 : this.#settings.concurrency
  }

  /** Milliseconds until there is a batch to be sent, of those that are not sent apart. */
  get #waitForBatch(): number {
    return this.#postponed.length > 0 ? 0 : this.#leases.wait(this.#waiters.any)
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
    this.#apart.othersStart()
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
    const delivery = await this.#leases.next()
    if (delivery === undefined || !this.#isClosed) return delivery
    this.#giveBack(delivery)
    return undefined
  }

  /** Returns whether a request failed. */
  async #run(delivery: Delivery): Promise<boolean> {
    const mayStart = () => this.#circuit.wait === 0 && (!this.#circuit.isOpen || this.#running === 1)
    const outcome = await delivery.run(mayStart, (isOutage) => this.#leases.mayGoApart(delivery, isOutage))
    const hasFailed = outcome === 'failed' || (outcome === 'apart' && this.#circuit.isOpen)
    if (outcome === 'answered') this.#leases.remove(delivery)
    else if (outcome === 'apart') this.#apart.add(delivery)
    // The queue would return all of a batch again, with what was answered.
    else if (outcome === 'postponed' || (hasFailed && delivery.isPartlyAnswered))
      this.#postponed.push(delivery)
    else if (hasFailed) this.#giveBack(delivery)
    return hasFailed
  }

  #giveBack(delivery: Delivery): void {
    delivery.release()
    this.#leases.remove(delivery)
  }
}
