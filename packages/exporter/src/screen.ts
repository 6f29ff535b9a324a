import { ATTR_METADATA, ATTR_SESSION_ID, readRecord } from '@otel-sessions/semconv'
import { isTooLongToRead, kindOf } from '@otel-sessions/semconv/internal'
import type { Dress } from './dialects.ts'
import { type GateChanges, type GateRules, gate } from './gate.ts'
import { sayOnce } from './report.ts'
import { shippedSpan } from './shipped-span.ts'
import type { ExportableSpan } from './span-types.ts'
import { type Counters, increment } from './stats.ts'

/** The batch as it is shipped: the same array where nothing changes, views in place of the spans that do. */
export function screen<S extends ExportableSpan>(
  spans: S[],
  rules: GateRules,
  dress: Dress | undefined,
  counters: Counters,
): S[] {
  if (!Array.isArray(spans)) return spans
  counters.spans += spans.length
  let shipped: S[] | undefined
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index] as S
    const view = screenSpan(span, rules, dress, counters)
    if (view === span) continue
    shipped ??= spans.slice()
    shipped[index] = view
  }
  return shipped ?? spans
}

function screenSpan<S extends ExportableSpan>(
  span: S,
  rules: GateRules,
  dress: Dress | undefined,
  counters: Counters,
): S {
  try {
    const record = readRecord(span.spanContext())
    const changes = gate(span.attributes, record, rules)
    if (record === undefined && isTooLongToRead(span.attributes[ATTR_METADATA])) counters.metadataNotRead++
    if (changes === undefined && dress === undefined) return span
    const view = shippedSpan(span, changes, record?.kind === 'absence', dress)
    if (view !== span) counters.changed++
    if (changes !== undefined) count(changes, span.attributes[ATTR_SESSION_ID], counters)
    return view
  } catch {
    counters.unreadable++
    sayOnce(
      'unreadable',
      () => 'a span is shipped as it is, which stats().unreadable counts: reading its attributes throws',
    )
    return span
  }
}

function count(
  { dropped, overwrittenId, replaced }: GateChanges,
  current: unknown,
  counters: Counters,
): void {
  if (overwrittenId !== undefined) counters.conflicts++
  if (replaced) counters.replaced++
  if (dropped === undefined) return
  increment(counters.dropped, dropped)
  sayOnce(`dropped:${dropped}`, () => {
    const what = current === undefined ? 'a session ID that came late' : 'the attribute session.id of a span'
    const kind = current === undefined ? '' : `. It is ${kindOf(current)}`
    return `${what} is dropped, which stats().dropped counts: ${dropped}${kind}`
  })
}
