import { type Dialects, SessionSpanExporter, type SessionSpanExporterOptions } from '@otel-sessions/exporter'

/** A span with these attributes, without a record, as it is shipped; exported so many times. */
export function shipped(
  attributes: Record<string, unknown>,
  dialects: Dialects,
  options: SessionSpanExporterOptions = {},
  times = 1,
) {
  const got: { attributes: Record<string, unknown> }[] = []
  const delegate = {
    export: (spans: typeof got, callback: (result: { code: number }) => void) => {
      got.push(...spans)
      callback({ code: 0 })
    },
    shutdown: async () => {},
  }
  const span = { spanContext: () => ({}), attributes }
  const exporter = new SessionSpanExporter(delegate as never, { ...options, dialects })
  for (let time = 0; time < times; time++) exporter.export([span as never], () => {})
  return { attributes: got[0]?.attributes ?? {}, changed: got[0] !== span, stats: exporter.stats() }
}
