// Rules: which session a span gets, when it starts and when it ends. Calls run one way:
//   processor -> start-rules, end-rules -> propagate -> make-record -> stamp
// `make-record.ts` makes the record of what is known about a span's session, which is kept on its SpanContext. The late
// rules are in `@otel-sessions/semconv` (`internal/late-rules.ts`), because the exporter applies them too.
import { type Context, ROOT_CONTEXT, type Span, trace as traceApi } from '@opentelemetry/api'
import { ATTR_SESSION_ID, checkSessionId, type ReadableAttributes } from '@otel-sessions/semconv'
import {
  type AliasMatch,
  isPlaceholder,
  noteOnTrace,
  ownRecord,
  ownValue,
  readAlias,
  readRecord,
  type SessionRecord,
  type SessionRecordSettings,
  type SessionTrace,
  type StampedFields,
  sessionIdRank,
  writtenId,
} from '@otel-sessions/semconv/internal'
import { ID_REJECTED, reportInvalidId } from '../report/report.ts'
import { readScope, type SessionScope } from '../scope/scope.ts'
import { contentsOf } from '../scope/session-context.ts'
import { fieldsOfChild, inheritFields } from './inherit-fields.ts'
import {
  belongsToOneSpan,
  childRecordOf,
  hasFieldOf,
  inferredRecord,
  isDecided,
  isOpen,
  isUnassigned,
  scopeRecord,
  spanRecord,
  withFields,
  withoutFieldsOf,
} from './make-record.ts'
import { isFromContext, readInbound, readOtherLibraries } from './other-libraries.ts'
import { propagateToAncestors } from './propagate.ts'
import { attributesOf, stampedFieldsOf } from './stamp.ts'

/**
 * Finds the session that a span has at its start, by the first rule that applies:
 *
 * | | source | session |
 * |---|---|---|
 * | 1 | `session.id` among the span's start attributes; an invalid one clears the session. A value that rule 5 or 7 reads was written by another processor, and does not count | explicit |
 * | 2 | the innermost scope that sets or clears one, unless the parent's was set on a span inside that scope | explicit |
 * | 3 | the parent's explicit or cleared session | explicit |
 * | 4 | an alias among the span's start attributes | inferred |
 * | 5 | another library's session in the context | inferred |
 * | 6 | the parent's: a valid `session.id` written on it, else the one inferred at its start | inferred |
 * | 7 | the session accepted from an inbound request | inferred |
 */
export function startRecord(
  attributes: ReadableAttributes,
  context: Context,
  settings: SessionRecordSettings,
): SessionRecord {
  return context === ROOT_CONTEXT
    ? rootRecord(attributes, settings)
    : (sharedRecord(attributes, context, settings) ?? applyRules(attributes, context, settings))
}

/** The rules where nothing is in the context, as for nearly every root outside of scopes. */
function rootRecord(attributes: ReadableAttributes, settings: SessionRecordSettings): SessionRecord {
  const own = ownSession(attributes, ROOT_CONTEXT, undefined, undefined, undefined, settings)
  if (own !== undefined) return own
  const inferred = readAlias(attributes, settings.aliases, settings.rule)
  return inferredRecord(inferred, undefined, undefined, settings, newTrace(inferred?.id), undefined)
}

/**
 * A short cut for nearly every span of a scope: the record that the scope's spans share, where the rules would find the
 * same one. They do for a root, and below a span with that record, unless the span's own attributes matter.
 */
function sharedRecord(
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
  return parent === undefined || ownRecord(parent.spanContext()) === shared ? shared : undefined
}

function applyRules(
  attributes: ReadableAttributes,
  context: Context,
  settings: SessionRecordSettings,
): SessionRecord {
  const scope = readScope(context)
  const parent = traceApi.getSpan(context)
  const parentRecord = parent === undefined ? undefined : readRecord(parent.spanContext())
  const record =
    ownSession(attributes, context, scope, parent, parentRecord, settings) ??
    scopeSession(scope, parent, parentRecord, settings) ??
    parentSession(parent, parentRecord, scope, settings) ??
    inferredSession(attributes, context, parent, parentRecord, scope, settings)
  // Most spans outside of scopes have nothing to tell.
  if (record.kind === 'none' && record.fields === undefined) return record
  const { id, fields, kind, trace } = record
  if (trace !== undefined) {
    noteOnTrace(trace, kind === 'cleared' ? null : id, fields)
    if (id !== undefined) propagateToAncestors(id, fields, parentRecord)
  }
  return withoutFieldsOf(record, attributes)
}

function ownSession(
  attributes: ReadableAttributes,
  context: Context,
  scope: SessionScope | undefined,
  parentSpan: Span | undefined,
  parentRecord: SessionRecord | undefined,
  settings: SessionRecordSettings,
): SessionRecord | undefined {
  // A function that reads any key takes 50 ns for one that is not there.
  if (attributes[ATTR_SESSION_ID] === undefined) return undefined
  const value = ownValue(attributes, ATTR_SESSION_ID)
  if (value === undefined || isFromContext(value, context)) return undefined
  const check = checkSessionId(value, settings.rule)
  const id = check.ok ? check.id : undefined
  const fields = id === undefined ? undefined : fieldsAround(id, scope, parentSpan, parentRecord, settings)
  const parent = ifUnassigned(parentRecord)
  const record = spanRecord(id, scope, fields, settings, parentRecord?.trace, parent)
  if (!check.ok) {
    reportInvalidId('attribute', ID_REJECTED, value, check.reason, settings.rule.maxLength)
    record.rejectedId = value
  }
  return record
}

/** The fields around a span that names its own session: those of the same session, or of none. */
function fieldsAround(
  id: string,
  scope: SessionScope | undefined,
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
  settings: SessionRecordSettings,
): StampedFields | undefined {
  const around =
    scopeSession(scope, parent, parentRecord, settings) ??
    parentSession(parent, parentRecord, scope, settings)
  if (around !== undefined) return around.id === id ? around.fields : undefined
  return undecidedFields(id, scope, parent, parentRecord)
}

function scopeSession(
  scope: SessionScope | undefined,
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
  settings: SessionRecordSettings,
): SessionRecord | undefined {
  if (scope === undefined || !scopeDecides(scope, parentRecord)) return undefined
  const record = scopeRecord(scope, settings, parentRecord?.trace)
  if (parent === undefined || parentRecord?.fields === undefined) return record
  const fields = fieldsInScope(scope, parent, parentRecord)
  return fields === record.fields ? record : withFields(record, fields)
}

/** The fields of a span whose session a scope sets or clears: also the parent's, if that has the same session or none. */
export function fieldsInScope(
  scope: SessionScope,
  parent: Span,
  parentRecord: SessionRecord,
): StampedFields | undefined {
  const isNone = parentRecord.kind === 'none'
  const isSame = isNone
    ? scope.id !== undefined
    : explicitNow(parent, parentRecord) === scope.id &&
      (scope.id !== undefined || scopeOf(parentRecord)?.decidingScope === scope.decidingScope)
  return isSame ? inheritFields(scope, parent, parentRecord, isNone) : stampedFieldsOf(scope.fields)
}

const scopeOf = (record: SessionRecord) => record.scope as SessionScope | undefined

/** Rule 2: the scope sets or clears a session, and the parent's was not set on a span inside that scope. */
export function scopeDecides(scope: SessionScope, parentRecord: SessionRecord | undefined): boolean {
  if (scope.decidingScope === undefined) return false
  return (
    parentRecord === undefined ||
    parentRecord.from !== 'span' ||
    scopeOf(parentRecord)?.decidingScope !== scope.decidingScope
  )
}

function parentSession(
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
  scope: SessionScope | undefined,
  settings: SessionRecordSettings,
): SessionRecord | undefined {
  if (parent === undefined || parentRecord === undefined || !isDecided(parentRecord)) return undefined
  const fields = fieldsOfChild(scope, parent, parentRecord)
  return childRecordOf(parentRecord, explicitNow(parent, parentRecord), scope, fields, settings)
}

function inferredSession(
  attributes: ReadableAttributes,
  context: Context,
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
  scope: SessionScope | undefined,
  settings: SessionRecordSettings,
): SessionRecord {
  const trace = localTraceOf(parentRecord) ?? newTrace()
  const inferred =
    readAlias(attributes, settings.aliases, settings.rule) ??
    inferFromSurroundings(context, parent, parentRecord, settings) ??
    readInbound(context, settings)
  const fields = undecidedFields(inferred?.id, scope, parent, parentRecord)
  return inferredRecord(inferred, scope, fields, settings, trace, ifUnassigned(parentRecord))
}

/** The fields where no session is explicit: also the parent's, if it has the same inferred session or none. */
export function undecidedFields(
  id: string | undefined,
  scope: SessionScope | undefined,
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
): StampedFields | undefined {
  const isAnother = parentRecord?.id !== undefined && parentRecord.id !== id
  return parent === undefined || parentRecord === undefined || isAnother
    ? stampedFieldsOf(scope?.fields)
    : inheritFields(scope, parent, parentRecord, false)
}

const newTrace = (sessionId?: string): SessionTrace => {
  return { open: 0, sessionId, several: false, fields: undefined, root: null }
}

/**
 * The local trace that a span without an explicit session joins: its parent's, while the parent or the trace's first
 * span is open. What starts after both have ended is later work, perhaps of another session, and begins a new one.
 */
function localTraceOf(parentRecord: SessionRecord | undefined): SessionTrace | undefined {
  if (parentRecord === undefined) return undefined
  const { trace } = parentRecord
  const isParentOpen = belongsToOneSpan(parentRecord) && isOpen(parentRecord)
  return isParentOpen || trace?.root !== undefined ? trace : undefined
}

/** Rules 5 and 6: the session inferred from the context and the parent. */
export function inferFromSurroundings(
  context: Context,
  parent: Span | undefined,
  parentRecord: SessionRecord | undefined,
  settings: SessionRecordSettings,
): AliasMatch | undefined {
  return (
    readOtherLibraries(context, settings) ??
    (parent === undefined ? undefined : inferredNow(parent, parentRecord, settings))
  )
}

const ifUnassigned = (record: SessionRecord | undefined): SessionRecord | undefined =>
  record !== undefined && isUnassigned(record) ? record : undefined

/** The explicit session of a span now. A later write may have changed one that was set on the span itself. */
export function explicitNow(span: Span, record: SessionRecord): string | undefined {
  if (!record.own) return record.id
  return changedId(span, record) ?? record.id
}

/**
 * The session that a span passes on to its children now: a valid `session.id` written on it since its start, else the
 * one inferred at its start; never one from its children, or the default. Without a record its attributes count alone.
 */
function inferredNow(
  span: Span,
  record: SessionRecord | undefined,
  settings: SessionRecordSettings,
): AliasMatch | undefined {
  if (record?.resolution === 'fromChildren' || record?.resolution === 'defaulted') return undefined
  const changed = changedId(span, record ?? { settings })
  // A placeholder is not inferred, though the span itself keeps it.
  const isChanged = changed !== undefined && !isPlaceholder(changed)
  const id = isChanged ? changed : record?.id
  if (id === undefined) return undefined
  // Until the span has ended, only `session.id` changes its session.
  const isWritten = isChanged && record?.resolution === undefined
  return { id, rank: isWritten ? sessionIdRank(settings) : rankFor(settings, record) }
}

/** The rank of the alias that named a span's session, if its processor has the same table. */
const rankFor = ({ aliases }: SessionRecordSettings, record: SessionRecord | undefined) =>
  record?.settings.aliases === aliases ? record.aliasRank : undefined

/** The ID that a span has got since its start: written on it later or, after its end, found by the late rules. */
function changedId(span: Span, record: Parameters<typeof writtenId>[1]): string | undefined {
  return record.resolution === undefined ? writtenId(attributesOf(span), record) : record.resolvedId
}
