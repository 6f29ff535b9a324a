import { ATTR_METADATA, ATTR_SESSION_ID, type SessionRecord } from '@otel-sessions/semconv'
import { isTooLongToRead, kindOf } from '@otel-sessions/semconv/internal'
import { type GateChanges, type GateRules, gate } from './gate.ts'
import { sayOnce } from './report.ts'
import type { ExportableSpan } from './span-types.ts'
import { viewOf } from './span-view.ts'
import { type Counters, increment } from './stats.ts'

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
  rules: GateRules,
  counters: Counters,
): GateChanges | undefined {
  const changes = gate(span.attributes, record, rules)
  if (record === undefined && isTooLongToRead(span.attributes[ATTR_METADATA])) counters.metadataNotRead++
  return changes
}

/** The span as it is shipped. Throws what a hostile attribute throws. */
export function dress<S extends ExportableSpan>(
  span: S,
  changes: GateChanges | undefined,
  counters: Counters,
): S {
  if (changes === undefined) return span
  const view = viewOf(span, changes)
  count(changes, span.attributes[ATTR_SESSION_ID], counters)
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
  counters.changed++
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
