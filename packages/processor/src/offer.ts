import type { SessionRecord, SessionTrace } from '@otel-sessions/semconv/internal'
import { isBare } from './records.ts'

/**
 * Offers a session to a bare span and to the bare ones above it, as far as they are open. A second, different
 * one makes them disagree, and the disagreement is offered on: the root of a batch over many sessions stays bare.
 */
export function offerSession(id: string, to: SessionRecord | undefined): void {
  for (let record = to; record !== undefined && isBare(record); record = record.parent) {
    if (!record.settings.inferFromChildren) return
    // What this one knows, those above were told as well.
    if (record.fromChildren === null || record.fromChildren === id) return
    record.fromChildren = record.fromChildren === undefined ? id : null
  }
}

/** Notes that a trace has shown a session. */
export function showSession(id: string, trace: SessionTrace | undefined): void {
  if (trace === undefined || trace.sessionId === id) return
  if (trace.sessionId === undefined) trace.sessionId = id
  else trace.several = true
}
