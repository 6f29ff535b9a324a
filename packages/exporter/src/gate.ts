import {
  ATTR_SESSION_ID,
  checkSessionId,
  type ReadableAttributes,
  type SessionIdReason,
} from '@otel-sessions/semconv'
import {
  type AliasPlan,
  isUntouched,
  mergeLateMetadata,
  ownValue,
  readAlias,
  resolveSession,
  type SessionRecord,
  TOO_LONG,
} from '@otel-sessions/semconv/internal'

/** Why the gate dropped a `session.id`: it is invalid, or the application stated that there is no session. */
export type DropReason = SessionIdReason | 'cleared'

/** What the gate changes on a span. */
export interface GateChanges {
  /** The session to ship; undefined ships none. */
  readonly sessionId: string | undefined
  /** The other session that had been written over the stated one, to be kept beside it. */
  readonly overwrittenId: string | undefined
  /** What to ship as `metadata`; undefined leaves it. */
  readonly metadata: unknown
  /** Attributes to take away, where they still have this value. */
  readonly revoked: SessionRecord['staleAttributes']
  /** Why the `session.id` that is on the span, or would be, is not shipped; undefined where nothing is dropped. */
  readonly dropped: DropReason | undefined
  /** The session is what `onInvalid` made of an invalid one. */
  readonly replaced: boolean
}

/** What the gate was told. */
export interface GateRules {
  readonly rule: { readonly maxLength: number }
  readonly aliases: AliasPlan
  /** What makes a session of an invalid one; undefined drops it. */
  readonly replace: ((id: string) => string | undefined) | undefined
}

/**
 * The gate: what to ship of a span, from its attributes and its record alone. Where there is a record, it
 * decides; else a valid `session.id`, else an alias. Undefined means: as it is. Throws what a hostile
 * attribute throws.
 */
export function gate(
  attributes: ReadableAttributes,
  record: SessionRecord | undefined,
  rules: GateRules,
): GateChanges | undefined {
  const { maxLength } = rules.rule
  if (record !== undefined && isUntouched(attributes, record) && mayPass(record, rules)) return undefined
  const current = ownValue(attributes, ATTR_SESSION_ID)
  if (record === undefined && isValidAgain(current, rules)) return undefined
  const found =
    record === undefined ? foundAlone(attributes, current, rules) : foundByRecord(attributes, current, record)
  const wanted = found.id
  // Checked where it entered, so only a shorter limit of this gate can still refuse it.
  const tooLong = wanted !== undefined && wanted.length > maxLength
  const replacement =
    wanted === undefined || tooLong ? replacementOf(wanted ?? current, record, rules) : undefined
  const sessionId = tooLong || wanted === undefined ? replacement : wanted
  const metadata =
    record === undefined || record.settings.runsLateRules ? undefined : mergedMetadata(attributes, record)
  const revoked = record?.staleAttributes
  if (sessionId === current && metadata === undefined && revoked === undefined && !tooLong) return undefined
  const replaced = replacement !== undefined
  const dropped = replaced
    ? undefined
    : tooLong
      ? 'too-long'
      : dropReason(current, sessionId, record, rules.rule)
  return { sessionId, overwrittenId: found.overwrittenId, metadata, revoked, dropped, replaced }
}

// Neighbours in a batch mostly have the same ID, and to look for a forbidden character is most of the cost.
let lastValid: string | undefined

function isValidAgain(current: unknown, { rule }: GateRules): boolean {
  if (typeof current !== 'string' || current.length > rule.maxLength) return false
  if (current === lastValid) return true
  if (!checkSessionId(current, rule).ok) return false
  lastValid = current
  return true
}

/**
 * What to ship in place of an invalid ID, where nothing valid names the session. Stated absence ships none,
 * unless an invalid start attribute is all that states it: then the spans below it have the same one.
 */
function replacementOf(
  invalid: unknown,
  record: SessionRecord | undefined,
  { replace, rule }: GateRules,
): string | undefined {
  if (replace === undefined) return undefined
  const id = record?.kind === 'cleared' ? record.rejectedId : invalid
  if (typeof id !== 'string') return undefined
  const check = checkSessionId(id, rule)
  // All empty IDs would become one session.
  return !check.ok && check.reason === 'empty' ? undefined : replace(id)
}

/** What the processor let pass is shipped, unless this gate is stricter, or replaces what was refused. */
function mayPass({ id, rejectedId: refused }: SessionRecord, { rule, replace }: GateRules): boolean {
  return id === undefined ? refused === undefined || replace === undefined : id.length <= rule.maxLength
}

function mergedMetadata(attributes: ReadableAttributes, record: SessionRecord): unknown {
  const metadata = mergeLateMetadata(attributes, record)
  return metadata === TOO_LONG ? undefined : metadata
}

interface Found {
  readonly id: string | undefined
  readonly overwrittenId?: string | undefined
}

const NOTHING: Found = { id: undefined }

function foundAlone(attributes: ReadableAttributes, current: unknown, { rule, aliases }: GateRules): Found {
  const check = current === undefined ? undefined : checkSessionId(current, rule)
  return check?.ok ? check : (readAlias(attributes, aliases, rule, undefined, false) ?? NOTHING)
}

function foundByRecord(attributes: ReadableAttributes, current: unknown, record: SessionRecord): Found {
  const { resolution: settled, resolvedId: final } = record
  if (record.kind === 'explicit' || settled === undefined) return resolveSession(attributes, record)
  // The late rules have been applied. What was written even later counts if it is valid.
  const isOurs = current === final || current === record.id || current === record.stampedAs
  const check = isOurs || current === undefined ? undefined : checkSessionId(current, record.settings.rule)
  return { id: check?.ok ? check.id : final }
}

function dropReason(
  current: unknown,
  sessionId: string | undefined,
  record: SessionRecord | undefined,
  rule: GateRules['rule'],
): DropReason | undefined {
  if (current === undefined || current === sessionId) return undefined
  const check = checkSessionId(current, rule)
  if (!check.ok) return check.reason
  return record?.kind === 'cleared' ? 'cleared' : undefined
}
