import { type Context, ROOT_CONTEXT, type Span, trace as traceApi } from '@opentelemetry/api'
import { ATTR_SESSION_ID, checkSessionId, type ReadableAttributes } from '@otel-sessions/semconv'
import {
  isPlaceholder,
  ownValue,
  readAlias,
  readRecord,
  SESSION_RECORD,
  type SessionRecord,
  type SessionRecordSettings,
  type SessionTrace,
} from '@otel-sessions/semconv/internal'
import { reportInvalidAttribute } from '../report/report.ts'
import { contentsOf, readScope, type SessionScope } from '../scope/scope.ts'
import { isFromContext, readInbound, readOtherLibraries } from './other-libraries.ts'
import { noteTraceSession, propagateToAncestors } from './propagate.ts'
import {
  belongsToOneSpan,
  childRecordOf,
  hasExplicitOrCleared,
  hasFieldOf,
  inferredRecord,
  isUnassigned,
  scopeRecord,
  spanRecord,
  withoutFieldsOf,
} from './record.ts'
import { attributesOf, stampedFieldsOf } from './stamp.ts'

/**
 * Which session a span has at its start. The first rule that applies:
 *
 * | | whose word | what it is |
 * |---|---|---|
 * | 1 | `session.id` among the span's start attributes; an invalid one is absence. One that is a value of 5 or 7 was stamped by another processor, and is no statement | statement |
 * | 2 | the innermost scope that states one, unless the parent's statement was made inside that scope | statement |
 * | 3 | the parent's statement, absence included | statement |
 * | 4 | an alias among the span's own start attributes | hint |
 * | 5 | the session that another library's helper has put into the context | hint |
 * | 6 | what the parent is hinted by now: a valid `session.id` written on it, else the hint of its start | hint |
 * | 7 | the session that came with an inbound request, once it was let in | hint |
 */
export function startRecord(
  attributes: ReadableAttributes,
  context: Context,
  settings: SessionRecordSettings,
): SessionRecord {
  // Nothing is in the root context, so nothing is looked for: the usual case outside of everything.
  const isEmpty = context === ROOT_CONTEXT
  const scope = isEmpty ? undefined : readScope(context)
  const parent = isEmpty ? undefined : traceApi.getSpan(context)
  const parentRecord = parent === undefined ? undefined : readRecord(parent.spanContext())
  const record =
    ownSession(attributes, context, scope, parentRecord, settings) ??
    scopeSession(scope, parentRecord, settings) ??
    parentSession(parent, parentRecord, scope, settings) ??
    inferred(attributes, context, parent, parentRecord, scope, settings)
  if (record.id !== undefined && record.trace !== undefined) {
    noteTraceSession(record.id, record.trace)
    propagateToAncestors(record.id, parentRecord)
  }
  return withoutFieldsOf(record, attributes)
}

function ownSession(
  attributes: ReadableAttributes,
  context: Context,
  scope: SessionScope | undefined,
  parentRecord: SessionRecord | undefined,
  settings: SessionRecordSettings,
): SessionRecord | undefined {
  const value = ownValue(attributes, ATTR_SESSION_ID)
  if (value === undefined || isFromContext(value, context)) return undefined
  const check = checkSessionId(value, settings.rule)
  if (!check.ok) reportInvalidAttribute(value, check.reason)
  const id = check.ok ? check.id : undefined
  const parent = unassignedOnly(parentRecord)
  const record = spanRecord(id, scope?.decidingScope, undefined, settings, parentRecord?.trace, parent)
  if (!check.ok) {
    record.rejectedId = value
    // Somebody's session, and not the one that the trace shows otherwise.
    if (record.trace !== undefined) record.trace.several = true
  }
  return record
}

function scopeSession(
  scope: SessionScope | undefined,
  parentRecord: SessionRecord | undefined,
  settings: SessionRecordSettings,
): SessionRecord | undefined {
  return scope === undefined || !scopeDecides(scope, parentRecord)
    ? undefined
    : scopeRecord(scope, settings, parentRecord?.trace)
}

/** Rule 2: the scope states something, and the parent's statement was not made inside it. */
export function scopeDecides(scope: SessionScope, parentRecord: SessionRecord | undefined): boolean {
  if (scope.decidingScope === undefined) return false
  return (
    parentRecord === undefined || parentRecord.scope !== scope.decidingScope || parentRecord.from !== 'span'
  )
}

function parentSession(
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
  scope: SessionScope | undefined,
  settings: SessionRecordSettings,
): SessionRecord | undefined {
  if (parent === undefined || parentRecord === undefined || !hasExplicitOrCleared(parentRecord))
    return undefined
  return childRecordOf(parentRecord, explicitNow(parent, parentRecord), scope?.decidingScope, settings)
}

function inferred(
  attributes: ReadableAttributes,
  context: Context,
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
  scope: SessionScope | undefined,
  settings: SessionRecordSettings,
): SessionRecord {
  const trace = traceOf(parentRecord) ?? { open: 0, sessionId: undefined, several: false, root: null }
  const alias = readAlias(attributes, settings.aliases, settings.rule, undefined, false)
  const id =
    alias?.id ??
    inferFromSurroundings(context, parent, parentRecord, settings) ??
    readInbound(context, settings.rule)
  return inferredRecord(id, stampedFieldsOf(scope?.fields), settings, trace, unassignedOnly(parentRecord))
}

/**
 * The trace that a span without a statement takes part in: its parent's, while something of it is open around the
 * span. What starts below a span that has ended, in a trace whose first span has, is later work, perhaps another
 * session's: it begins anew.
 */
function traceOf(parentRecord: SessionRecord | undefined): SessionTrace | undefined {
  const trace = parentRecord?.trace
  if (trace === undefined || parentRecord === undefined) return undefined
  const isParentOpen = belongsToOneSpan(parentRecord) && parentRecord.open
  return isParentOpen || trace.root !== undefined ? trace : undefined
}

/** Rules 5 and 6: what a span is hinted by its surroundings. */
export function inferFromSurroundings(
  context: Context,
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
  settings: SessionRecordSettings,
): string | undefined {
  return (
    readOtherLibraries(context, settings.rule) ??
    (parent === undefined ? undefined : inferredNow(parent, parentRecord, settings))
  )
}

const unassignedOnly = (record: SessionRecord | undefined): SessionRecord | undefined =>
  record !== undefined && isUnassigned(record) ? record : undefined

/** What a span with a statement states now: its own may have been changed by a later write. */
export function explicitNow(span: Span, record: SessionRecord): string | undefined {
  if (!record.own) return record.id
  return namedSince(span, record) ?? record.id
}

/**
 * What a span without a statement names now, never what it learned from its children, or got by default: a valid `session.id`
 * that was written on it since, else the hint of its start. Without a record, its attributes alone.
 */
function inferredNow(
  span: Span,
  record: SessionRecord | undefined,
  settings: SessionRecordSettings,
): string | undefined {
  if (record?.resolution === 'from-children' || record?.resolution === 'default') return undefined
  const named = record === undefined ? writtenOn(span, settings) : namedSince(span, record)
  // A placeholder is nobody's hint, though the span itself ships it.
  return named === undefined || isPlaceholder(named) ? record?.id : named
}

/** What a span names since its start, by a later write or, after its end, by the late rules. */
function namedSince(span: Span, record: SessionRecord): string | undefined {
  return record.resolution !== undefined ? record.resolvedId : writtenSince(span, record)
}

function writtenSince(span: Span, record: SessionRecord): string | undefined {
  const written = writtenOn(span, record.settings)
  return written === record.id || written === record.stampedAs ? undefined : written
}

function writtenOn(span: Span, settings: SessionRecordSettings): string | undefined {
  const check = checkSessionId(ownValue(attributesOf(span), ATTR_SESSION_ID), settings.rule)
  return check.ok ? check.id : undefined
}

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
