import { checkOptions, now, within } from '@otel-sessions/semconv/internal'
import type { ExportableSpan } from '../span-types.ts'
import { VALIDATION_OPTIONS, type ValidationOptions } from '../validation/options.ts'
import { SpanValidation } from '../validation/span-validation.ts'
import type { ValidationStats } from '../validation/stats.ts'
import type { Codec, Encoded } from './encoder/codec.ts'
import { codecOf } from './encoder/index.ts'
import { HeldSpans } from './held-spans.ts'
import type { DeliveryMetrics } from './metrics.ts'
import { PROCESSOR } from './options.ts'
import { lockDirectory } from './ownership/lock.ts'
import type { SpanQueue } from './queue/index.ts'
import { openQueue } from './queue/persistent-queue.ts'
import type { EndedSpan } from './resource-wait.ts'
import { newTransport, Sender } from './sending/index.ts'
import type { ProcessorSettings } from './settings.ts'
import { SpanBuffer } from './span-buffer.ts'
import { countDropped, type DeliveryCounters } from './stats.ts'

/** The most spans of a record, and so the most that a crash can lose with `durability: 'batch'`. */
const MAX_RECORD_SPANS = 64
/** A record of this size takes two or three milliseconds to encode and write. */
const MAX_RECORD_BYTES = 512 * 1024

/** Connects the parts that a span passes: buffer, validation, encoder, queue, sender. */
export class Pipeline {
  readonly queue: SpanQueue
  readonly sender: Sender
  readonly #buffer: SpanBuffer
  #validation: SpanValidation<ExportableSpan> | undefined
  readonly #codec: Codec
  readonly #counters: DeliveryCounters
  readonly #held: HeldSpans
  /** What validation has sent within its call. */
  #sent: readonly ExportableSpan[] = []
  readonly #unlockDirectory: () => void
  readonly #maxRecordSpans: number
  #recordSpans: number
  #buffered = 0

  /** @throws TypeError or RangeError for an invalid option; nothing is left open then */
  constructor(settings: ProcessorSettings, counters: DeliveryCounters, metrics: DeliveryMetrics | undefined) {
    const { sender, queue, session } = settings
    this.#counters = counters
    this.#codec = codecOf(queue.format)
    this.#validation = session && this.#newValidation(session)
    const transport = newTransport(sender, codecOf)
    this.#unlockDirectory = lockDirectory(queue.directory, sender.url)
    try {
      this.queue = openQueue(queue, counters, sender.concurrency)
      this.sender = new Sender(sender, this.queue, transport, counters, metrics, codecOf)
    } catch (error) {
      this.#unlockDirectory()
      throw error
    }
    this.#held = new HeldSpans(this.queue, this.#codec, session)
    this.queue.onTakeover(() => this.sender.wake())
    this.#maxRecordSpans = queue.isSync ? 1 : Math.min(MAX_RECORD_SPANS, sender.maxExportBatchSize)
    this.#recordSpans = this.#maxRecordSpans
    this.#buffer = new SpanBuffer(this)
  }

  /**
   * How many spans have ended and are not in the queue yet, wherever they are: code of the application that looks runs
   * also while a span is validated or encoded, such as its logger.
   */
  get buffered(): number {
    return this.#buffered
  }

  /** What validation counted; undefined without it. */
  get sessionStats(): ValidationStats | undefined {
    return this.#validation?.stats()
  }

  /** How many spans make a record: fewer after large spans, so that no record takes long to write. */
  get recordSpans(): number {
    return this.#recordSpans
  }

  /**
   * Validates by other options from now on.
   *
   * @param options undefined to validate no longer
   * @throws TypeError or RangeError for an invalid option
   */
  validateBy(options: ValidationOptions | undefined): void {
    const validation = options && this.#newValidation(options)
    this.#validation?.release()
    this.#validation = validation
    this.#held.validateBy(options)
  }

  add(span: EndedSpan): void {
    this.#buffered += 1
    this.#buffer.add(span)
  }

  /** Validates spans from the buffer, and puts those that need not wait for their trace into the queue. */
  consume(spans: EndedSpan[]): void {
    if (this.#validation === undefined) {
      this.#offer(spans)
      return
    }
    this.#sent = []
    this.#validation.process(spans, () => {})
    if (this.#validation.waiting > 0) this.#held.hold(spans, this.#sent)
    this.#sent = []
  }

  /** Spans wait for their resource. */
  hold(spans: readonly EndedSpan[]): void {
    this.#held.hold(spans)
  }

  /** Puts all ended spans into the queue, after their resources are complete. */
  async fill(): Promise<void> {
    await this.#buffer.flush()
    this.#validation?.release()
  }

  /** The same for a shutdown: spans whose resource is still incomplete at the deadline go without the rest of it. */
  async fillWithin(millis: number): Promise<void> {
    await within(millis, 'filling', this.fill()).catch(() => {})
    this.fillNow()
  }

  /** Puts all ended spans into the queue within this call. */
  fillNow(): void {
    this.#buffer.flushNow()
    this.#validation?.release()
  }

  /**
   * Sends what is in the queue now, and the journals of dead processes.
   *
   * @param untilFailure stops at the first request that fails, instead of retrying
   * @param patience how long reading those journals may take, and how long the endpoint may answer nothing
   * @returns resolves to how many spans are left at the deadline
   */
  async drain(millis: number, untilFailure: boolean, patience = millis): Promise<number> {
    const until = now() + millis
    // A large journal may take longer to read; then only what was read is sent.
    await within(Math.min(millis, patience), 'reading journals', this.queue.ready).catch(() => {})
    return this.sender.drain(this.queue.trackQueued(), Math.max(1, until - now()), untilFailure, patience)
  }

  /** Ends all work. What is not delivered stays in the journal. */
  async close(): Promise<void> {
    await this.sender.close()
    await this.queue.close()
    this.#unlockDirectory()
  }

  #newValidation(options: ValidationOptions): SpanValidation<ExportableSpan> {
    const checked = checkOptions(`${PROCESSOR}: session`, options, VALIDATION_OPTIONS)
    return new SpanValidation(checked, {
      name: PROCESSOR,
      path: 'session.',
      send: (spans) => {
        this.#sent = spans
        this.#offer(spans)
        return undefined
      },
    })
  }

  /** Encodes spans as records and offers them to the queue. */
  #offer(spans: readonly ExportableSpan[]): void {
    if (spans.length === 0) return
    for (let start = 0; start < spans.length; ) {
      const part = spans.slice(start, start + this.#recordSpans)
      start += part.length
      const release = this.#held.take(part)
      const { encoded, unreadable } = this.#codec.encode(part)
      this.#buffered -= unreadable
      countDropped(this.#counters, 'unreadable', unreadable)
      if (encoded === undefined) {
        release?.()
        continue
      }
      this.#offerRecord(encoded, release)
      const spansPerRecord = Math.floor((MAX_RECORD_BYTES * encoded.spans) / encoded.body.length)
      this.#recordSpans = Math.max(1, Math.min(this.#maxRecordSpans, spansPerRecord))
    }
    this.sender.wake()
  }

  /** Splits a record that the endpoint would find too large. */
  #offerRecord(record: Encoded, onStored?: () => void): void {
    const isSmall = record.body.length <= this.sender.maxRequestBytes || record.spans === 1
    const halves = isSmall ? undefined : this.#codec.split(record.body)
    if (halves === undefined) {
      this.#buffered -= record.spans
      this.queue.offer(record, onStored)
      return
    }
    let left = halves.length
    const onHalfStored = onStored && (() => --left === 0 && onStored())
    for (const half of halves) this.#offerRecord(half, onHalfStored)
  }
}
