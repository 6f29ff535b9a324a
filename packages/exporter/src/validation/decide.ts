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
  writtenId,
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
  readonly fields?: StampedFields | undefined
  /** Those of them that limits of the SDK dropped or truncated, if there are any. */
  readonly lost?: StampedFields | undefined
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
  const found: Found | undefined =
    record === undefined ? readAlias(attributes, rules.aliases, rule) : findByRecord(attributes, record)
  const wanted = found?.id
  // IDs are checked where they enter, so only a shorter limit of this exporter can reject one here.
  const accepted = wanted !== undefined && wanted.length <= rule.maxLength ? wanted : undefined
  const rejected = accepted === wanted ? current : wanted
  const sessionId = accepted ?? replacementOf(rejected, record, rules)
  const isLate = record !== undefined && !record.settings.runsLateRules
  const metadata = isLate ? (mergeLateMetadata(attributes, record) ?? undefined) : undefined
  const lost = record?.kept && lostFields(attributes, record, span)
  const fields = isLate
    ? { ...lost, ...(record.otherFields ?? fieldsFromBelow(attributes, record, wanted)) }
    : lost
  const staleAttributes = record?.staleAttributes
  const hasFields = Object.values(fields ?? {}).some((value) => value !== null)
  const isUnchanged = (metadata ?? staleAttributes) === undefined && !hasFields
  if (isUnchanged && sessionId === current && accepted === wanted) return undefined
  const replaced = sessionId !== accepted
  const dropped = replaced ? undefined : dropReason(rejected, sessionId, record, rule)
  const overwrittenId = found?.overwrittenId
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

function findByRecord(attributes: ReadableAttributes, record: SessionRecord): Found {
  const { resolution, resolvedId } = record
  if (record.kind === 'explicit' || resolution === undefined) return resolveSession(attributes, record)
  // The late rules have run. A value that was written after them counts if it is valid.
  return { id: writtenId(attributes, record) ?? resolvedId }
}

/**
 * The ID that `onInvalid` makes of an invalid one, if the span has no valid one. A cleared session is not replaced,
 * unless an invalid start attribute alone cleared it: the spans below it have the same one.
 */
function replacementOf(
  invalid: unknown,
  record: SessionRecord | undefined,
  { replace }: ValidationRules,
): string | undefined {
  const id = record?.kind === 'cleared' ? record.rejectedId : invalid
  // All blank IDs would become one session.
  return typeof id === 'string' && /[^ ]/.test(id) ? replace?.(id) : undefined
}

function dropReason(
  rejected: unknown,
  sessionId: string | undefined,
  record: SessionRecord | undefined,
  rule: SessionIdRule,
): DropReason | undefined {
  if (rejected === undefined || rejected === sessionId) return undefined
  const check = checkSessionId(rejected, rule)
  if (!check.ok) return check.reason
  return record?.kind === 'cleared' ? 'cleared' : undefined
}
