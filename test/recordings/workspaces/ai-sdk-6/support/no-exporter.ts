import type { SpanExporter } from '@opentelemetry/sdk-trace-base'

/** For processors that require an exporter: it discards the spans. */
export const noExporter: SpanExporter = {
  export: (_, done) => done({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
}
