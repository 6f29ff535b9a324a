import type { Span } from '@opentelemetry/api'
import { readRecord, type SessionRecord, type SessionTrace } from '@otel-sessions/semconv/internal'
import type { SessionScope } from '../scope/scope.ts'
import { isUnassigned } from './record.ts'

/**
 * Offers a session to a bare span and to the bare ones above it, as far as they are open. A second, different
 * one makes them disagree, and the disagreement is offered on: the root of a batch over many sessions stays bare.
 */
export function propagateToAncestors(id: string, to: SessionRecord | undefined): void {
  for (let record = to; record !== undefined && isUnassigned(record); record = record.parent) {
    if (!record.settings.inferFromChildren) return
    // What this one knows, those above were told as well.
    if (record.fromChildren === null || record.fromChildren === id) return
    record.fromChildren = record.fromChildren === undefined ? id : null
  }
}

/** Notes that a trace has shown a session. */
export function noteTraceSession(id: string, trace: SessionTrace | undefined): void {
  if (trace === undefined || trace.sessionId === id) return
  if (trace.sessionId === undefined) trace.sessionId = id
  else trace.several = true
}

/** A scope that states a session, entered under an active span, offers it to that span if it is bare. */
export function propagateScope(scope: SessionScope, span: Span | undefined): void {
  if (span === undefined || scope.decidingScope !== scope || scope.id === undefined) return
  try {
    const record = readRecord(span.spanContext())
    if (record?.trace === undefined) return
    const { maxLength = scope.id.length } = record.settings.rule
    // What the processor will refuse is not offered.
    if (scope.id.length > maxLength) return
    noteTraceSession(scope.id, record.trace)
    propagateToAncestors(scope.id, record)
  } catch {
    // A foreign span that throws has no record to offer to.
  }
}
