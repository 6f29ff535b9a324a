import { now, within } from '../deadline.ts'
import { SessionSpanExporter } from '../exporter.ts'
import type { ExportableSpan } from '../span-types.ts'
import type { SessionExporterStats } from '../stats.ts'
import { codecOf } from './encoder/index.ts'
import type { EndedSpan } from './ended-span.ts'
import type { DeliveryMetrics } from './metrics.ts'
import { openQueue } from './queue/index.ts'
import type { SpanQueue } from './queue/types.ts'
import { Sender } from './sending/sender.ts'
import { newTransport } from './sending/transport.ts'
import type { ProcessorSettings } from './settings.ts'
import { Sink } from './sink.ts'
import { type Collected, SpanBuffer } from './span-buffer.ts'
import type { DeliveryCounters } from './stats.ts'

/** The most spans of a record, and so the most that a crash can take with `durability: 'batch'`. */
const RECORD_SPANS = 64

/** Collected spans go through the gate, if there is one. */
class ToGate implements Collected {
  readonly #sink: Sink
  readonly #gate: SessionSpanExporter<ExportableSpan> | undefined

  constructor(sink: Sink, gate: SessionSpanExporter<ExportableSpan> | undefined) {
    this.#sink = sink
    this.#gate = gate
  }

  get recordSpans(): number {
    return this.#sink.recordSpans
  }

  handOn(spans: EndedSpan[]): void {
    ;(this.#gate ?? this.#sink).export(spans, () => {})
  }
}

/** What a span goes through: buffer, gate, encoder, queue, sender. */
export class Pipeline {
  readonly queue: SpanQueue
  readonly sender: Sender
  readonly #buffer: SpanBuffer
  readonly #gate: SessionSpanExporter<ExportableSpan> | undefined

  /** @throws TypeError or RangeError when an option of the gate is wrong; nothing is open then */
  constructor(settings: ProcessorSettings, counters: DeliveryCounters, metrics: DeliveryMetrics | undefined) {
    const { sender, queue, gate } = settings
    let sink: Sink | undefined
    // First, because these throw where options are wrong.
    this.#gate =
      gate &&
      new SessionSpanExporter<ExportableSpan>(
        { export: (spans, callback) => sink?.export(spans, callback), shutdown: async () => {} },
        gate,
      )
    const transport = newTransport(sender, codecOf)
    this.queue = openQueue(queue, counters, sender.concurrency)
    this.sender = new Sender(sender, this.queue, transport, counters, metrics, codecOf)
    const mostSpans = queue.isSync ? 1 : Math.min(RECORD_SPANS, sender.maxExportBatchSize)
    sink = new Sink(
      codecOf(queue.format),
      this.queue,
      mostSpans,
      () => this.sender.maxRequestBytes,
      counters,
      () => this.sender.wake(),
    )
    this.queue.onTakeover(() => this.sender.wake())
    this.#buffer = new SpanBuffer(new ToGate(sink, this.#gate), !queue.isSync)
  }

  /** How many spans have ended and are not in the queue yet. */
  get buffered(): number {
    return this.#buffer.size + (this.#gate?.stats().held ?? 0)
  }

  /** What the gate counted. */
  get gateStats(): SessionExporterStats | undefined {
    return this.#gate?.stats()
  }

  add(span: EndedSpan): void {
    this.#buffer.add(span)
  }

  /** Puts all that has ended into the queue, once its resource is known. */
  async fill(): Promise<void> {
    await this.#buffer.settled()
    await this.#gate?.forceFlush()
  }

  /** Puts all that has ended into the queue within this call. */
  fillNow(): void {
    this.#buffer.handOnAll()
    // What it waits for has been done when the call returns.
    this.#gate?.forceFlush().catch(() => {})
  }

  /**
   * Sends all that is in the queue now, and what dead processes left.
   *
   * @param untilFailure gives up when a request fails, instead of trying again
   * @returns resolves to how many spans are left at the deadline
   */
  async drain(millis: number, untilFailure: boolean): Promise<number> {
    const until = now() + millis
    // A journal that was left may be large: what was found of it until then is left.
    await within(millis, 'looking for what was left', this.queue.ready).catch(() => {})
    return this.sender.drain(this.queue.trackQueued(), Math.max(1, until - now()), untilFailure)
  }

  /** Ends all work. What is not delivered stays in the journal. */
  async close(): Promise<void> {
    this.sender.close()
    await this.queue.close()
  }
}
