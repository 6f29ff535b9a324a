import { readRecord } from '@otel-sessions/semconv/internal'
import { changesOf, type Gatekeeper, shipped, unreadable } from './decide.ts'
import type { ExportableSpan } from './span-types.ts'

/** The batch as it is shipped: the same array where nothing changes, views in place of the spans that do. */
export function screen<S extends ExportableSpan>(spans: S[], gatekeeper: Gatekeeper): S[] {
  if (!Array.isArray(spans)) return spans
  let changed: S[] | undefined
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index] as S
    const view = screenSpan(span, gatekeeper)
    if (view === span) continue
    changed ??= spans.slice()
    changed[index] = view
  }
  return changed ?? spans
}

function screenSpan<S extends ExportableSpan>(span: S, gatekeeper: Gatekeeper): S {
  try {
    const record = readRecord(span.spanContext())
    return shipped(span, record, changesOf(span, record, gatekeeper), gatekeeper)
  } catch {
    return unreadable(span, gatekeeper.counters)
  }
}
