import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'

/** The exporter that ships, and a note of what it was handed and has not answered for. */
export class HandedOver implements SpanExporter {
  readonly #exporter: SpanExporter
  readonly #inFlight = new Set<Promise<void>>()

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    const answered = new Promise<void>((resolve) => {
      this.#exporter.export(spans, (result) => {
        done(result)
        resolve()
      })
    })
    this.#inFlight.add(answered)
    answered.then(() => this.#inFlight.delete(answered))
  }

  /** Waits for what was handed over so far, and for nothing else: it flushes nothing. */
  async answered(): Promise<void> {
    await Promise.all(this.#inFlight)
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.()
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown()
  }
}
