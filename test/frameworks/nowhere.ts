import type { SpanExporter } from '@opentelemetry/sdk-trace-base'

/** For processors that want an exporter of their own: the vendor's server is no part of the checks. */
export const nowhere: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => {},
}
