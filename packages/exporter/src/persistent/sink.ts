import type { ExportableSpan, ExportResult, SpanExporterLike } from '../span-types.ts'
import { countDropped, type DeliveryCounters } from './counters.ts'
import type { Codec, Encoded } from './otlp/codec.ts'
import type { Store } from './store/types.ts'

/** What the gate exports to: spans are encoded and kept before the call returns. */
export class Sink implements SpanExporterLike<ExportableSpan> {
  readonly #codec: Codec
  readonly #store: Store
  readonly #maxBytes: number
  readonly #counters: DeliveryCounters
  readonly #wake: () => void

  /** @param maxBytes of a record, unless one span has more */
  constructor(codec: Codec, store: Store, maxBytes: number, counters: DeliveryCounters, wake: () => void) {
    this.#codec = codec
    this.#store = store
    this.#maxBytes = maxBytes
    this.#counters = counters
    this.#wake = wake
  }

  export(spans: readonly ExportableSpan[], callback: (result: ExportResult) => void): void {
    const { encoded, unreadable } = this.#codec.encode(spans)
    countDropped(this.#counters, 'unreadable', unreadable)
    if (encoded !== undefined) this.#keep(encoded)
    this.#wake()
    callback({ code: 0 })
  }

  async shutdown(): Promise<void> {}

  #keep(record: Encoded): void {
    const halves =
      record.body.length <= this.#maxBytes || record.spans === 1 ? undefined : this.#codec.split(record.body)
    if (halves === undefined) this.#store.append(record)
    else for (const half of halves) this.#keep(half)
  }
}
