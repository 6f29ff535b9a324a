import type { ExportResult, SpanExporterLike } from '@otel-sessions/exporter'

/** A wrapped exporter whose answer the test gives. */
export class ManualExporter implements SpanExporterLike<never> {
  readonly callbacks: ((result: ExportResult) => void)[] = []
  shutdowns = 0
  flushes = 0
  export(_: never[], callback: (result: ExportResult) => void): void {
    this.callbacks.push(callback)
  }
  async shutdown(): Promise<void> {
    this.shutdowns++
  }
  async forceFlush(): Promise<void> {
    this.flushes++
  }
}

export const OK: ExportResult = { code: 0 }
