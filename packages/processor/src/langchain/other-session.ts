import { ATTR_SESSION_ID, checkSessionId, type ReadableAttributes } from '@otel-sessions/semconv'
import {
  isPlaceholder,
  isSameValue,
  ownValue,
  readAlias,
  type SessionRecord,
  writeRecord,
} from '@otel-sessions/semconv/internal'
import { report } from '../report/report.ts'
import { withFields } from '../rules/make-record.ts'
import { type StampableSpan, stampedFieldsOf, stampFields } from '../rules/stamp.ts'
import { findEntered, noteSessions } from './entered-sessions.ts'

// A constant that an application uses as the thread of everything, such as `default-thread`.
const CONSTANT =
  /^(?:(?:default|main|global|shared|test|demo|example|my|new|session|conversation|thread|chat|user|agent|id)[\W_]*)+$/i

type OpenRecord = { -readonly [K in keyof SessionRecord]: SessionRecord[K] }

/**
 * The exception from "explicit takes precedence": LangChain may start a span in the scope of another request. If it then
 * names a session that the application has entered, and that is open or was left less than 60 s ago, the span belongs
 * there.
 *
 * Left out are IDs that a span of the right request may name too: of the scopes around it, as a nested agent does whose
 * framework knows the outer session; an alias that was there when the span started; placeholders and constants.
 */
export function mayBeReassigned(span: StampableSpan, record: SessionRecord): void {
  if (record.kind !== 'explicit' || record.from !== 'scope') return
  noteSessions(Number.POSITIVE_INFINITY)
  // It belongs to this span alone: spans of one scope may be reassigned to different sessions.
  const own = withFields(record, record.fields)
  const first = aliasOf(span.attributes, own)
  own.reassign = (attributes, current) => reassign(attributes, current, span, first)
  writeRecord(span.spanContext(), own)
}

const aliasOf = (attributes: ReadableAttributes, record: SessionRecord) =>
  readAlias(attributes, record.settings.aliases, record.settings.rule, record)?.id

/** From then on the record is as if the other session had been set on the span. Returns its ID. */
function reassign(
  attributes: ReadableAttributes,
  record: OpenRecord,
  span: StampableSpan,
  firstAlias: string | undefined,
): string | undefined {
  const { id, fields, kept, settings } = record
  record.reassign = undefined
  const current = ownValue(attributes, ATTR_SESSION_ID)
  const isOurs = current === id || current === record.stampedAs
  const check = isOurs ? undefined : checkSessionId(current, settings.rule)
  const alias = aliasOf(attributes, record)
  const late = check?.ok ? check.id : alias === firstAlias ? undefined : alias
  if (id === undefined || late === undefined || late === id) return undefined
  const other = isPlaceholder(late) || CONSTANT.test(late) ? undefined : findEntered(late, id)
  if (other === undefined) return undefined
  const stale = new Map<string, unknown>()
  for (const [key, value] of [...(record.staleAttributes ?? []), ...Object.entries(fields ?? {})]) {
    const now = ownValue(attributes, key)
    if (now === undefined) continue
    if (isSameValue(now, value) || isSameValue(now, kept?.get(key))) stale.set(key, now)
  }
  record.id = late
  record.from = 'span'
  record.own = true
  record.stampedAs = isOurs ? (current as string | undefined) : undefined
  record.below = record.kept = undefined
  record.fields = stampedFieldsOf(other.fields)
  const missing = Object.entries(record.fields ?? {}).filter(
    ([key]) => stale.delete(key) || ownValue(attributes, key) === undefined,
  )
  record.staleAttributes = [...stale]
  const written = Object.fromEntries(missing)
  if (settings.runsLateRules) stampFields(span, record, written)
  else record.otherFields = written
  report('langchain:reassigned', () => {
    return "a span of LangChain started in another request's session, and gets the one that LangChain names"
  })
  return late
}
