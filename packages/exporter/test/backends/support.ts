import {
  type SessionBackend,
  SessionSpanExporter,
  type SessionSpanExporterOptions,
} from '@otel-sessions/exporter'
import { BACKENDS, type BackendName } from '@otel-sessions/exporter/backends'

/** A span with these attributes, without a record, as it is exported for some backends, `times` times. */
export function exported(
  attributes: Record<string, unknown>,
  backends: readonly (BackendName | SessionBackend)[],
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
  const exporter = new SessionSpanExporter(delegate as never, {
    ...options,
    backends: backends.map((each) => (typeof each === 'string' ? BACKENDS[each] : each)),
  })
  for (let time = 0; time < times; time++) exporter.export([span as never], () => {})
  return { attributes: got[0]?.attributes ?? {}, changed: got[0] !== span, stats: exporter.stats() }
}
