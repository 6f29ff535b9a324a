import type { Context, Span } from '@opentelemetry/api'
import { ATTR_SESSION_ID, type ReadableAttributes } from '@otel-sessions/semconv'
import {
  SESSION_RECORD,
  type SessionRecord,
  type SessionRecordSettings,
} from '@otel-sessions/semconv/internal'
import { hasFieldOf } from './records.ts'
import { contentsOf } from './session-context.ts'

/**
 * The short way, for nearly every span of a scope: the record that its spans share, where the rules would
 * find the same one. So it is for a root, and below a span that has it, unless the span's own attributes say
 * something that ours would meet. A function of its own, because it is worth being small.
 */
export function sharedRecord(
  attributes: ReadableAttributes,
  context: Context,
  settings: SessionRecordSettings,
): SessionRecord | undefined {
  const contents = contentsOf(context)
  const shared = contents?.scope?.shared
  if (shared === undefined || shared.settings !== settings || shared.trace !== undefined) return undefined
  if (attributes[ATTR_SESSION_ID] !== undefined) return undefined
  if (shared.fields !== undefined && hasFieldOf(shared, attributes)) return undefined
  const parent = (contents?.span ?? undefined) as Span | undefined
  return parent === undefined || recordOf(parent.spanContext()) === shared ? shared : undefined
}

const recordOf = (spanContext: object) =>
  (spanContext as { [SESSION_RECORD]?: SessionRecord })[SESSION_RECORD]
