import type { Lease, SpanQueue } from '../queue/index.ts'
import type { DeliveryContext } from './context.ts'
import { Delivery } from './delivery.ts'
import type { SenderSettings } from './types.ts'

/** How long to wait if the queue returns nothing although spans are queued, in milliseconds. */
const EMPTY_QUEUE_MILLIS = 100
/** The most batches that are sent apart; if more fail, that is an outage. */
const MOST_APART = 64
const MOST_BYTES_APART = 32 * 1024 * 1024
/** The most of them while nothing shows that others would be accepted. */
const MOST_APART_IN_OUTAGE = 8

type Settings = Pick<SenderSettings, 'maxExportBatchSize' | 'scheduledDelayMillis'>

/** Leases batches from the queue, once they are full or have waited, and knows which ones are leased. */
export class Leases {
  readonly #settings: Settings
  readonly #context: DeliveryContext
  readonly #queue: SpanQueue
  readonly #deliveries = new Set<Delivery>()
  #spans = 0
  #bytes = 0
  #isLeasing = false
  #waitsSince: number | undefined
  #pausedUntil = 0

  constructor(settings: Settings, context: DeliveryContext) {
    this.#settings = settings
    this.#context = context
    this.#queue = context.queue
  }

  /** How many spans are leased. */
  get spans(): number {
    return this.#spans
  }

  /** How many of the queued spans are not leased. */
  get freeSpans(): number {
    return this.#queue.size.spans - this.#spans
  }

  /** Whether one is being leased. */
  get isLeasing(): boolean {
    return this.#isLeasing
  }

  /** Those that are neither back in the queue nor removed from it. */
  get open(): Delivery[] {
    return [...this.#deliveries]
  }

  /** Milliseconds until the next batch is leased; infinite if there is none. */
  wait(isExpedited: boolean): number {
    const free = this.freeSpans
    if (free <= 0) return Number.POSITIVE_INFINITY
    const { clock, size } = this.#context
    const { bytes, oldestAgeMillis } = this.#queue.size
    const now = clock.now()
    this.#waitsSince ??= now
    const pause = this.#pausedUntil - now
    const isFull = free >= this.#settings.maxExportBatchSize || bytes - this.#bytes >= size.batchLimit
    if (isExpedited || isFull) return pause
    // Batches that are leased are older than the rest.
    const age = this.#spans === 0 ? oldestAgeMillis : now - this.#waitsSince
    return Math.max(pause, this.#settings.scheduledDelayMillis - age)
  }

  /** Leases the next batch. */
  async next(): Promise<Delivery | undefined> {
    const { clock, size } = this.#context
    this.#isLeasing = true
    const limits = { maxSpans: this.#settings.maxExportBatchSize, maxBytes: size.batchLimit }
    let lease: Lease | undefined
    try {
      lease = await this.#queue.lease(limits)
    } finally {
      this.#isLeasing = false
    }
    if (lease === undefined) {
      this.#pausedUntil = clock.now() + EMPTY_QUEUE_MILLIS
      return undefined
    }
    const delivery = new Delivery(lease, this.#context)
    this.#deliveries.add(delivery)
    this.#spans += delivery.spans
    this.#bytes += delivery.bytes
    this.#waitsSince = undefined
    return delivery
  }

  /** Notes that a batch is back in the queue, or removed from it. */
  remove(delivery: Delivery): void {
    if (!this.#deliveries.delete(delivery)) return
    this.#spans -= delivery.spans
    this.#bytes -= delivery.bytes
    this.#pausedUntil = 0
  }

  /**
   * Whether another batch may be sent apart. In an outage this is one span, so that others are tried: it
   * may be too large for the endpoint.
   */
  mayGoApart({ spans, bytes }: Delivery, isOutage: boolean): boolean {
    if (isOutage && (spans > 1 || this.freeSpans <= 0)) return false
    const apart = [...this.#deliveries].filter(({ isApart }) => isApart)
    const sum = apart.reduce((total, delivery) => total + delivery.bytes, bytes)
    return apart.length < (isOutage ? MOST_APART_IN_OUTAGE : MOST_APART) && sum <= MOST_BYTES_APART
  }
}
