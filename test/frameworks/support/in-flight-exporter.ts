import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'

/** Wraps an exporter and tracks its exports in flight. */
export class InFlightExporter implements SpanExporter {
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

  /** Waits for the exports in flight, without a flush. */
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
