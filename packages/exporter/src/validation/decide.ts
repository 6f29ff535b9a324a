import {
  ATTR_SESSION_ID,
  checkSessionId,
  type ReadableAttributes,
  type SessionIdReason,
  type SessionIdRule,
} from '@otel-sessions/semconv'
import {
  type AliasPlan,
  fieldsFromBelow,
  isUntouched,
  lostFields,
  mergeLateMetadata,
  ownValue,
  readAlias,
  resolveSession,
  type SessionRecord,
  type StampedFields,
  TOO_LONG,
  unlessPresent,
} from '@otel-sessions/semconv/internal'

/** Why a `session.id` is not exported: it is invalid, or the application cleared the session. */
export type DropReason = SessionIdReason | 'cleared'

/** What validation works by. */
export interface ValidationRules {
  readonly rule: SessionIdRule & { readonly maxLength: number }
  readonly aliases: AliasPlan
  /** Makes a session ID of an invalid one; undefined drops it. */
  readonly replace: ((id: string) => string | undefined) | undefined
}

/** What validation changes on a span. */
export interface SpanChanges {
  /** The session to export; undefined exports none. */
  readonly sessionId: string | undefined
  /** The other session that was written over the explicit one; it is kept beside it. */
  readonly overwrittenId?: string | undefined
  /** The `metadata` to export; undefined leaves it. */
  readonly metadata?: unknown
  /** Fields of the session that the span lacks. */
  readonly fields?: StampedFields['entries'] | undefined
  /** Those of them that limits of the SDK dropped or truncated. */
  readonly lost?: StampedFields['entries'] | undefined
  /** Attributes to remove, if they still have this value. */
  readonly staleAttributes?: SessionRecord['staleAttributes']
  /** Why the `session.id` of the span is not exported; undefined if nothing is dropped. */
  readonly dropped?: DropReason | undefined
  /** The session was made by `onInvalid` of an invalid one. */
  readonly replaced?: boolean | undefined
}

/**
 * Decides which session a span is exported with, from its attributes and its record alone. A record of the processor
 * decides; without one, a valid `session.id` does, then an alias. Returns undefined if nothing changes. Throws what
 * reading the attributes throws.
 *
 * @param span the span of the attributes; only asked whether the SDK dropped attributes
 */
export function decide(
  attributes: ReadableAttributes,
  record: SessionRecord | undefined,
  rules: ValidationRules,
  span: object,
): SpanChanges | undefined {
  const { rule } = rules
  if (record !== undefined && isUntouched(attributes, record) && isAccepted(record, rules)) return undefined
  const current = ownValue(attributes, ATTR_SESSION_ID)
  if (record === undefined && isValid(current, rules)) return undefined
  const found =
    record === undefined
      ? findByAttributes(attributes, current, rules)
      : findByRecord(attributes, current, record)
  const wanted = found.id
  // IDs are checked where they enter, so only a shorter limit of this exporter can reject one here.
  const isTooLong = wanted !== undefined && wanted.length > rule.maxLength
  const replacement =
    wanted === undefined || isTooLong ? replacementOf(wanted ?? current, record, rules) : undefined
  const sessionId = isTooLong || wanted === undefined ? replacement : wanted
  const metadata =
    record === undefined || record.settings.runsLateRules ? undefined : mergedMetadata(attributes, record)
  const staleAttributes = record?.staleAttributes
  const lost = record === undefined ? NO_FIELDS : lostFieldsOf(attributes, record, span)
  const more = record?.otherFields ?? (record?.below && notYetStamped(attributes, record, found.id))
  const fields = more === undefined ? lost : [...lost, ...more]
  const isUnchanged = metadata === undefined && staleAttributes === undefined && fields.length === 0
  if (isUnchanged && sessionId === current && !isTooLong) return undefined
  const replaced = replacement !== undefined
  const dropped = replaced ? undefined : isTooLong ? 'too-long' : dropReason(current, sessionId, record, rule)
  const { overwrittenId } = found
  return { sessionId, overwrittenId, metadata, fields, lost, staleAttributes, dropped, replaced }
}

// The spans of a batch mostly have the same ID. With this, a span with an ID and without a record costs 21 ns, not 62.
let lastValidId: string | undefined

function isValid(current: unknown, { rule }: ValidationRules): boolean {
  if (typeof current !== 'string' || current.length > rule.maxLength) return false
  if (current === lastValidId) return true
  if (!checkSessionId(current, rule).ok) return false
  lastValidId = current
  return true
}

/** What the processor accepted is exported, unless this exporter has a shorter limit or replaces rejected IDs. */
function isAccepted({ id, rejectedId }: SessionRecord, { rule, replace }: ValidationRules): boolean {
  return id === undefined ? rejectedId === undefined || replace === undefined : id.length <= rule.maxLength
}

interface Found {
  readonly id: string | undefined
  readonly overwrittenId?: string | undefined
}

const NOTHING: Found = { id: undefined }

function findByAttributes(
  attributes: ReadableAttributes,
  current: unknown,
  { rule, aliases }: ValidationRules,
): Found {
  const check = current === undefined ? undefined : checkSessionId(current, rule)
  return check?.ok ? check : (readAlias(attributes, aliases, rule, undefined, false) ?? NOTHING)
}

function findByRecord(attributes: ReadableAttributes, current: unknown, record: SessionRecord): Found {
  const { resolution, resolvedId } = record
  if (record.kind === 'explicit' || resolution === undefined) return resolveSession(attributes, record)
  // The late rules have run. A value that was written after them counts if it is valid.
  const isOurs = current === resolvedId || current === record.id || current === record.stampedAs
  const check = isOurs || current === undefined ? undefined : checkSessionId(current, record.settings.rule)
  return { id: check?.ok ? check.id : resolvedId }
}

/**
 * The ID that `onInvalid` makes of an invalid one, if the span has no valid one. A cleared session is not replaced,
 * unless an invalid start attribute alone cleared it: the spans below it have the same one.
 */
function replacementOf(
  invalid: unknown,
  record: SessionRecord | undefined,
  { replace, rule }: ValidationRules,
): string | undefined {
  if (replace === undefined) return undefined
  const id = record?.kind === 'cleared' ? record.rejectedId : invalid
  if (typeof id !== 'string') return undefined
  const check = checkSessionId(id, rule)
  // All empty IDs would become one session.
  return !check.ok && check.reason === 'empty' ? undefined : replace(id)
}

function mergedMetadata(attributes: ReadableAttributes, record: SessionRecord): unknown {
  const metadata = mergeLateMetadata(attributes, record)
  return metadata === TOO_LONG ? undefined : metadata
}

const NO_FIELDS: StampedFields['entries'] = []

function lostFieldsOf(
  attributes: ReadableAttributes,
  { fields, below }: SessionRecord,
  span: object,
): StampedFields['entries'] {
  const kept = fields?.kept ?? below?.stamped?.kept
  if (kept === undefined) return NO_FIELDS
  const hasDropped = (span as { readonly droppedAttributesCount?: unknown }).droppedAttributesCount !== 0
  return [fields, below?.stamped].flatMap((stamped) =>
    stamped ? lostFields(attributes, stamped, hasDropped) : [],
  )
}

/** The fields from below that the processor could not write, because the SDK has no `onEnding`. */
function notYetStamped(
  attributes: ReadableAttributes,
  record: SessionRecord,
  id: string | undefined,
): StampedFields['entries'] {
  if (record.below?.stamped !== undefined) return NO_FIELDS
  const fields = fieldsFromBelow(record, id)
  return fields === undefined ? NO_FIELDS : unlessPresent(fields, attributes).entries
}

function dropReason(
  current: unknown,
  sessionId: string | undefined,
  record: SessionRecord | undefined,
  rule: SessionIdRule,
): DropReason | undefined {
  if (current === undefined || current === sessionId) return undefined
  const check = checkSessionId(current, rule)
  if (!check.ok) return check.reason
  return record?.kind === 'cleared' ? 'cleared' : undefined
}
