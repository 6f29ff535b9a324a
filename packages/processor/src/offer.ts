import type { SessionRecord, SessionTrace } from '@otel-sessions/semconv'
import { isBare } from './records.ts'

/**
 * Offers a session to a bare span and to the bare ones above it, as far as they are open. A second, different
 * one makes them disagree, and the disagreement is offered on: the root of a batch over many sessions stays bare.
 */
export function offerSession(id: string, to: SessionRecord | undefined): void {
  for (let record = to; record !== undefined && isBare(record); record = record.parent) {
    if (!record.settings.inferFromChildren) return
    // What this one knows, those above were told as well.
    if (record.disagreed || record.learned === id) return
    if (record.learned === undefined) record.learned = id
    else record.disagreed = true
  }
}

/** Notes that a trace has shown a session. Two are kept: they stand for several. */
export function showSession(id: string, trace: SessionTrace | undefined): void {
  if (trace !== undefined && trace.sessionIds.length < 2 && trace.sessionIds[0] !== id)
    trace.sessionIds.push(id)
}
