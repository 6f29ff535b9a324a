import { ATTR_SESSION_ID } from '@otel-sessions/semconv'
import {
  isPlaceholder,
  namesRejectedSession,
  type SessionRecord,
  type SessionTrace,
} from '@otel-sessions/semconv/internal'
import type { Decision } from './decide.ts'
import type { GateChanges, GateRules } from './gate.ts'
import type { ExportableSpan } from './span-types.ts'
import type { TraceMemory } from './trace-memory.ts'

/**
 * Nobody names the session of this span: neither its attributes nor, where there is one, its record. What has the
 * process's by default has nobody's word for it.
 */
export function isUnnamed(
  span: ExportableSpan,
  record: SessionRecord | undefined,
  changes: GateChanges | undefined,
  { aliases, rule }: GateRules,
): boolean {
  if (record?.resolution === 'default') {
    const current = span.attributes[ATTR_SESSION_ID]
    // Unless something else has been written since.
    return current === undefined || current === record.resolvedId || current === record.stampedAs
  }
  if (changes?.sessionId !== undefined) return false
  // An invalid ID says that there is a session, and another one than the trace's.
  if (span.attributes[ATTR_SESSION_ID] !== undefined) return false
  if (record !== undefined && record.kind !== 'none') return false
  return !namesRejectedSession(span.attributes, aliases, rule)
}

/** The session that a span is shipped with, if its trace has no better one. */
const shippedOf = (span: ExportableSpan, changes: GateChanges | undefined): unknown =>
  changes === undefined ? span.attributes[ATTR_SESSION_ID] : changes.sessionId

/** No span is open of those that hang together with this one. */
export const isComplete = ({ trace }: SessionRecord): boolean =>
  trace === undefined || (trace.open === 0 && trace.root === undefined)

/**
 * The session of an unnamed span: the only one that its trace has shown, once no span of it is open. Until then it
 * may show another one: the trace of a job over many sessions, or what goes on after the answer to a request.
 */
export function sessionOfTrace(
  { span, record }: Decision<ExportableSpan>,
  memory: TraceMemory,
  { rule }: GateRules,
): string | undefined {
  const id = record === undefined ? shippedBeside(span, memory) : shownBy(record)
  if (id === undefined || id.length > rule.maxLength) return undefined
  // A placeholder is nobody's hint.
  return isPlaceholder(id) ? undefined : id
}

function shownBy(record: SessionRecord): string | undefined {
  return isComplete(record) && record.trace?.several === false ? record.trace.sessionId : undefined
}

function shippedBeside(span: ExportableSpan, memory: TraceMemory): string | undefined {
  const trace = memory.get(traceIdOf(span))
  return trace?.hasEnded === true ? (trace.sessionId ?? undefined) : undefined
}

/** Notes what a span says of its trace: the session that it is shipped with, or that it has one of its own. */
export function noteSpan(
  { span, record, changes, isUnnamed }: Decision<ExportableSpan>,
  memory: TraceMemory,
): void {
  const shipped = shippedOf(span, changes)
  const isRefused = !isUnnamed && shipped === undefined && record?.kind !== 'cleared'
  const id = isRefused ? null : typeof shipped === 'string' && !isUnnamed ? shipped : undefined
  if (record === undefined) memory.note(traceIdOf(span), id, isRoot(span))
  else if (record.trace !== undefined && id !== undefined) noteOnTrace(record.trace, id)
}

/** The processor has shown what it knows; a later write, or what `onInvalid` makes of an ID, it does not know. */
function noteOnTrace(trace: SessionTrace, id: string | null): void {
  if (id === null) trace.several = true
  else if (trace.sessionId === undefined) trace.sessionId = id
  else if (trace.sessionId !== id) trace.several = true
}

const traceIdOf = (span: ExportableSpan) => (span.spanContext() as { readonly traceId: string }).traceId

/** SDK 1.x has the parent's ID, later ones its context. */
function isRoot(span: ExportableSpan): boolean {
  const { parentSpanId, parentSpanContext } = span as { parentSpanId?: unknown; parentSpanContext?: unknown }
  return parentSpanId === undefined && parentSpanContext === undefined
}
