import type { ExportableSpan, ExportResult, SpanExporterLike } from '../span-types.ts'
import type { Codec, Encoded } from './encoder/codec.ts'
import type { SpanQueue } from './queue/types.ts'
import { countDropped, type DeliveryCounters } from './stats.ts'

/** A record of this size is encoded and written in two or three milliseconds. */
const RECORD_BYTES = 512 * 1024

/** What the gate exports to: spans are encoded and kept before the call returns. */
export class Sink implements SpanExporterLike<ExportableSpan> {
  readonly #codec: Codec
  readonly #queue: SpanQueue
  readonly #mostSpans: number
  readonly #maxBytes: () => number
  readonly #counters: DeliveryCounters
  readonly #wake: () => void
  #recordSpans: number

  /**
   * @param mostSpans of a record
   * @param maxBytes of a record, unless one span has more
   */
  constructor(
    codec: Codec,
    queue: SpanQueue,
    mostSpans: number,
    maxBytes: () => number,
    counters: DeliveryCounters,
    wake: () => void,
  ) {
    this.#codec = codec
    this.#queue = queue
    this.#mostSpans = mostSpans
    this.#maxBytes = maxBytes
    this.#counters = counters
    this.#wake = wake
    this.#recordSpans = mostSpans
  }

  /** How many spans make a record: fewer where those of late were large, so that none takes long. */
  get recordSpans(): number {
    return this.#recordSpans
  }

  export(spans: readonly ExportableSpan[], callback: (result: ExportResult) => void): void {
    for (let start = 0; start < spans.length; ) {
      const part = spans.slice(start, start + this.#recordSpans)
      start += part.length
      const { encoded, unreadable } = this.#codec.encode(part)
      countDropped(this.#counters, 'unreadable', unreadable)
      if (encoded === undefined) continue
      this.#keep(encoded)
      const bytesPerSpan = encoded.body.length / encoded.spans
      this.#recordSpans = Math.max(1, Math.min(this.#mostSpans, Math.floor(RECORD_BYTES / bytesPerSpan)))
    }
    this.#wake()
    callback({ code: 0 })
  }

  async shutdown(): Promise<void> {}

  #keep(record: Encoded): void {
    const isSmall = record.body.length <= this.#maxBytes() || record.spans === 1
    const halves = isSmall ? undefined : this.#codec.split(record.body)
    if (halves === undefined) this.#queue.offer(record)
    else for (const half of halves) this.#keep(half)
  }
}
