import { isUnusableId, namesRejectedSession, readAlias } from '../aliases/read.ts'
import { ATTR_METADATA, ATTR_SESSION_ID, METADATA_MAX_LENGTH } from '../attributes.ts'
import { checkSessionId, validId } from '../session-id.ts'
import { ownValue, type ReadableAttributes, readMetadata } from './read-attributes.ts'
import type { Resolution, SessionRecord, SessionRecordSettings } from './session-record.ts'

/** The session at a span's end. */
export interface ResolvedSession {
  /** The session; undefined if there is none. */
  readonly id: string | undefined
  /** Where it comes from. */
  readonly how: Resolution
  /** The rank of the alias that names it, if it is inferred. */
  readonly aliasRank?: number | undefined
  /** The valid ID that was written over the restored one. */
  readonly overwrittenId?: string | undefined
}

/**
 * Whether a span with an explicit session ends as it started, so that no late rule applies. It is true for nearly
 * every span of a scope.
 */
export function isUntouched(attributes: ReadableAttributes, record: SessionRecord): boolean {
  const { from, id, fields, kept, staleAttributes, below, reassign } = record
  if (from === undefined || attributes[ATTR_SESSION_ID] !== id) return false
  if ((kept ?? staleAttributes ?? below ?? reassign) !== undefined) return false
  const metadata = fields?.[ATTR_METADATA]
  return metadata === undefined || attributes[ATTR_METADATA] === metadata
}

/**
 * Applies the late rules: which session a span has at its end, from its attributes and its record alone. The processor
 * calls it where the SDK has `onEnding`, else the exporter does. It changes the record of a span that is reassigned.
 * Throws what a hostile attribute throws.
 */
export function resolveSession(attributes: ReadableAttributes, record: SessionRecord): ResolvedSession {
  if (record.kind === 'cleared') return { id: undefined, how: 'kept' }
  return record.kind === 'explicit'
    ? resolveExplicit(attributes, record)
    : resolveInferred(attributes, record)
}

function resolveExplicit(attributes: ReadableAttributes, record: SessionRecord): ResolvedSession {
  const reassigned = record.reassign?.(attributes, record)
  if (reassigned !== undefined) return { id: reassigned, how: 'reassigned' }
  const { id } = record
  const current = ownValue(attributes, ATTR_SESSION_ID)
  if (current === id) return { id, how: 'kept' }
  if (current === undefined || current === record.stampedAs) return { id, how: 'not-kept' }
  const overwrittenId = validId(current, record.settings.rule)
  const isLeft = overwrittenId !== undefined && (record.own || record.settings.onOverwrite === 'accept')
  if (isLeft) return { id: overwrittenId, how: record.own ? 'named' : 'accepted' }
  return { id, how: 'restored', overwrittenId }
}

/** The valid `session.id` that something else wrote on a span since its start. */
export function writtenId(
  attributes: ReadableAttributes,
  { id, stampedAs, settings }: Pick<SessionRecord, 'settings'> & Partial<SessionRecord>,
): string | undefined {
  const current = ownValue(attributes, ATTR_SESSION_ID)
  return current === id || current === stampedAs ? undefined : validId(current, settings.rule)
}

function resolveInferred(attributes: ReadableAttributes, record: SessionRecord): ResolvedSession {
  const { settings } = record
  const written = writtenId(attributes, record)
  if (written !== undefined) return { id: written, how: 'named', aliasRank: sessionIdRank(settings) }
  const { aliasRank } = record
  const alias = readAlias(attributes, settings.aliases, settings.rule, record, aliasRank)
  if (alias !== undefined) {
    return { id: alias.id, how: alias.id === record.id ? 'kept' : 'named', aliasRank: alias.rank }
  }
  if (record.id !== undefined) return { id: record.id, how: 'kept', aliasRank }
  if (typeof record.fromChildren === 'string') return { id: record.fromChildren, how: 'fromChildren' }
  const { defaultId } = settings
  if (defaultId === undefined || namesUnusableSession(attributes, record)) {
    return { id: undefined, how: 'kept' }
  }
  return { id: defaultId, how: 'defaulted' }
}

/** The rank of `session.id`, for a session that is not named by an alias of the span itself. */
export const sessionIdRank = ({ aliases }: SessionRecordSettings): number | undefined =>
  aliases.attributes.get(ATTR_SESSION_ID)

/** Whether the span has a session of its own that cannot be exported, and therefore must not get another one. */
function namesUnusableSession(attributes: ReadableAttributes, record: SessionRecord): boolean {
  const { aliases, rule } = record.settings
  const check = checkSessionId(ownValue(attributes, ATTR_SESSION_ID), rule)
  return (!check.ok && isUnusableId(check.reason)) || namesRejectedSession(attributes, aliases, rule, record)
}

/**
 * Merges the scope's `metadata` into the JSON object that a later write replaced it with; keys of the later one take
 * precedence. LangChain's instrumentation replaces `metadata` on all of its spans.
 *
 * @returns the merged value; undefined if there is nothing to write; null if the JSON is longer than 4 kB
 */
export function mergeLateMetadata(attributes: ReadableAttributes, { fields, kept }: SessionRecord): unknown {
  const ours = fields?.[ATTR_METADATA]
  const theirs = ownValue(attributes, ATTR_METADATA)
  if (typeof ours !== 'string' || theirs === ours || theirs === undefined) return undefined
  // Ours, truncated: the exporter restores it.
  if (theirs === kept?.get(ATTR_METADATA)) return undefined
  const read = readMetadata(theirs)
  if (!read.ok) return undefined
  const merged = { ...JSON.parse(ours), ...read.value }
  const json = JSON.stringify(merged)
  if (json.length > METADATA_MAX_LENGTH) return null
  if (json === theirs) return undefined
  return typeof theirs === 'string' ? json : merged
}
