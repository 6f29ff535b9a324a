import { ATTR_SESSION_ID, type SessionIdRule, type SessionRecord } from '@otel-sessions/semconv'
import { isPlaceholder } from '@otel-sessions/semconv/internal'
import type { Decision } from './decide.ts'
import type { GateChanges } from './gate.ts'
import type { ExportableSpan } from './span-types.ts'
import type { TraceMemory } from './trace-memory.ts'

/** Nobody names the session of this span: neither its attributes nor, where there is one, its record. */
export function isUnnamed(
  span: ExportableSpan,
  record: SessionRecord | undefined,
  changes: GateChanges | undefined,
): boolean {
  if (changes?.sessionId !== undefined) return false
  // An invalid ID says that there is a session, and another one than the trace's.
  if (span.attributes[ATTR_SESSION_ID] !== undefined) return false
  return record === undefined || record.kind === 'none'
}

/** No span is open of those that hang together with this one. */
export const isComplete = ({ trace }: SessionRecord): boolean =>
  trace === undefined || (trace.open === 0 && trace.root === undefined)

/**
 * The session of an unnamed span: the only one that its trace has shown, once that will hardly show another one,
 * because the span that began it has ended. So no span is filled in the middle of a batch over many sessions.
 */
export function sessionOfTrace(
  { span, record }: Decision<ExportableSpan>,
  memory: TraceMemory,
  rule: SessionIdRule,
): string | undefined {
  const id = record === undefined ? shippedBeside(span, memory) : shownBy(record)
  if (id === undefined || id.length > (rule.maxLength ?? id.length)) return undefined
  // A placeholder is nobody's hint.
  return isPlaceholder(id) ? undefined : id
}

function shownBy({ trace }: SessionRecord): string | undefined {
  return trace === undefined || trace.several || trace.root !== undefined ? undefined : trace.sessionId
}

function shippedBeside(span: ExportableSpan, memory: TraceMemory): string | undefined {
  const trace = memory.get(traceIdOf(span))
  return trace?.hasEnded === true ? (trace.sessionId ?? undefined) : undefined
}

/** Notes what a span says of its trace. */
export function noteSpan({ span, changes }: Decision<ExportableSpan>, memory: TraceMemory): void {
  const shipped = changes === undefined ? span.attributes[ATTR_SESSION_ID] : changes.sessionId
  memory.note(traceIdOf(span), typeof shipped === 'string' ? shipped : undefined, isRoot(span))
}

const traceIdOf = (span: ExportableSpan) => (span.spanContext() as { readonly traceId: string }).traceId

/** SDK 1.x has the parent's ID, later ones its context. */
function isRoot(span: ExportableSpan): boolean {
  const { parentSpanId, parentSpanContext } = span as { parentSpanId?: unknown; parentSpanContext?: unknown }
  return parentSpanId === undefined && parentSpanContext === undefined
}
