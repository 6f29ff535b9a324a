import type { Span } from '@opentelemetry/api'
import { readRecord } from '@otel-sessions/semconv/internal'
import { offerSession, showSession } from './offer.ts'
import type { SessionScope } from './scope.ts'

/** A scope that states a session, entered under an active span, offers it to that span if it is bare. */
export function offerScope(scope: SessionScope, span: Span | undefined): void {
  if (span === undefined || scope.stating !== scope || scope.id === undefined) return
  try {
    const record = readRecord(span.spanContext())
    if (record?.trace === undefined) return
    const { maxLength = scope.id.length } = record.settings.rule
    // What the processor will refuse is not offered.
    if (scope.id.length > maxLength) return
    showSession(scope.id, record.trace)
    offerSession(scope.id, record)
  } catch {
    // A foreign span that throws has no record to offer to.
  }
}
