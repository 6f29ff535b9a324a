import { readRecord } from '@otel-sessions/semconv'
import { changesOf, dress, unreadable } from './decide.ts'
import type { GateRules } from './gate.ts'
import type { ExportableSpan } from './span-types.ts'
import type { Counters } from './stats.ts'

/** The batch as it is shipped: the same array where nothing changes, views in place of the spans that do. */
export function screen<S extends ExportableSpan>(spans: S[], rules: GateRules, counters: Counters): S[] {
  if (!Array.isArray(spans)) return spans
  let shipped: S[] | undefined
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index] as S
    const view = screenSpan(span, rules, counters)
    if (view === span) continue
    shipped ??= spans.slice()
    shipped[index] = view
  }
  return shipped ?? spans
}

function screenSpan<S extends ExportableSpan>(span: S, rules: GateRules, counters: Counters): S {
  try {
    const record = readRecord(span.spanContext())
    return dress(span, changesOf(span, record, rules, counters), counters)
  } catch {
    return unreadable(span, counters)
  }
}
