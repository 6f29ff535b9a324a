import type { Span } from '@opentelemetry/api'
import { readRecord, type SessionRecord, type SessionTrace } from '@otel-sessions/semconv/internal'
import type { SessionScope } from '../scope/scope.ts'
import { isUnassigned } from './make-record.ts'

/**
 * Propagates a session to an unassigned span and to the unassigned spans above it. A second, different session makes
 * them disagree, and the disagreement is propagated as well: the root of a batch over several sessions gets none.
 */
export function propagateToAncestors(id: string, to: SessionRecord | undefined): void {
  for (let record = to; record !== undefined && isUnassigned(record); record = record.parent) {
    if (!record.settings.inferFromChildren) return
    // Ancestors already know this ID, or that their children disagree.
    if (record.fromChildren === null || record.fromChildren === id) return
    record.fromChildren = record.fromChildren === undefined ? id : null
  }
}

/** Notes that a local trace contains a session. */
export function noteTraceSession(id: string, trace: SessionTrace | undefined): void {
  if (trace === undefined || trace.sessionId === id) return
  if (trace.sessionId === undefined) trace.sessionId = id
  else trace.several = true
}

/** Propagates the session of a scope to the active span under which it is entered, if that is unassigned. */
export function propagateScope(scope: SessionScope, span: Span): void {
  if (scope.decidingScope !== scope || scope.id === undefined) return
  try {
    const record = readRecord(span.spanContext())
    if (record?.trace === undefined) return
    const { maxLength = scope.id.length } = record.settings.rule
    // The processor will reject it.
    if (scope.id.length > maxLength) return
    noteTraceSession(scope.id, record.trace)
    propagateToAncestors(scope.id, record)
  } catch {
    // A span of another library that throws has no record.
  }
}
