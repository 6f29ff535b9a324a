import { readAlias, type SessionRecord, writeRecord } from '@otel-sessions/semconv/internal'
import { findEntered, rememberSessions } from '../scope/entered-sessions.ts'
import { MOST_ENCLOSING } from '../scope/scope.ts'
import { withFields } from './make-record.ts'
import { type StampableSpan, stampedFieldsOf } from './stamp.ts'

// A constant that an application uses as the thread of everything, such as `default-thread`.
const CONSTANT =
  /^(?:(?:default|main|global|shared|test|demo|example|my|new|session|conversation|thread|chat|user|agent|id)[\W_]*)+$/i

/**
 * Lets a late ID take precedence over the session of a scope, on a span that may have started in another request's. It
 * must name a session that the application has entered, and that is open or was left less than 60 s ago.
 *
 * Left out are IDs that a span of the right request may name too: of the scopes around it, as a nested agent does whose
 * framework knows the outer session; an alias that was there when the span started; placeholders and constants.
 */
export function mayBeReassigned(span: StampableSpan, record: SessionRecord): void {
  if (record.kind !== 'explicit' || record.from !== 'scope') return
  rememberSessions()
  const { fields, settings, enclosing = [] } = record
  const first = readAlias(span.attributes, settings.aliases, settings.rule, record)?.id
  // It belongs to this span alone: spans of one scope may be reassigned to different sessions.
  const own = withFields(record, fields)
  own.otherSession = (id, isAlias) => {
    if (isAlias && id === first) return undefined
    if (enclosing.includes(id) || enclosing.length === MOST_ENCLOSING) return undefined
    const other = CONSTANT.test(id) ? undefined : findEntered(id)
    return other && { fields: stampedFieldsOf(other.fields) }
  }
  writeRecord(span.spanContext(), own)
}
