import { ATTR_METADATA, ATTR_SESSION_ID } from '@otel-sessions/semconv'
import { isTooLongToRead, kindOf, type SessionRecord } from '@otel-sessions/semconv/internal'
import type { Dress } from './dialects.ts'
import { type GateChanges, type GateRules, gate } from './gate.ts'
import { sayOnce } from './report.ts'
import { shippedSpan } from './shipped-span.ts'
import type { ExportableSpan } from './span-types.ts'
import { type Counters, increment } from './stats.ts'

/** What the gate works by, and where it counts. */
export interface Gatekeeper {
  readonly rules: GateRules
  /** Undefined without dialects. */
  readonly dress: Dress | undefined
  readonly counters: Counters
}

/** A span, what our processor knows of it, and what the gate says. */
export interface Decision<S> {
  readonly span: S
  readonly record: SessionRecord | undefined
  readonly changes: GateChanges | undefined
  /** Nobody names its session. */
  readonly isUnnamed: boolean
}

/** What the gate says of a span. Throws what a hostile attribute throws. */
export function changesOf(
  span: ExportableSpan,
  record: SessionRecord | undefined,
  { rules, counters }: Gatekeeper,
): GateChanges | undefined {
  const changes = gate(span.attributes, record, rules)
  if (record === undefined && isTooLongToRead(span.attributes[ATTR_METADATA])) counters.metadataNotRead++
  return changes
}

/** The span as it is shipped. Throws what a hostile attribute throws. */
export function shipped<S extends ExportableSpan>(
  span: S,
  record: SessionRecord | undefined,
  changes: GateChanges | undefined,
  { dress, counters }: Gatekeeper,
): S {
  if (changes === undefined && dress === undefined) return span
  const view = shippedSpan(span, changes, record?.kind === 'cleared', dress)
  if (view !== span) counters.changed++
  if (changes !== undefined) count(changes, span.attributes[ATTR_SESSION_ID], counters)
  return view
}

/** The span as it is, because reading it throws. */
export function unreadable<S>(span: S, counters: Counters): S {
  counters.unreadable++
  sayOnce(
    'unreadable',
    () => 'a span is shipped as it is, which stats().unreadable counts: reading its attributes throws',
  )
  return span
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
