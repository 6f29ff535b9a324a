import { isUnusableId, namesRejectedSession, readAlias } from '../aliases/read.ts'
import { ATTR_METADATA, ATTR_SESSION_ID, METADATA_MAX_LENGTH } from '../attributes.ts'
import { checkSessionId } from '../session-id.ts'
import { ownValue, type ReadableAttributes, readMetadata } from './read-attributes.ts'
import type { Resolution, SessionRecord, SessionRecordSettings } from './record.ts'

/** The session at a span's end. */
export interface ResolvedSession {
  /** The session; undefined where there is none. */
  readonly id: string | undefined
  /** How it was found. */
  readonly how: Resolution
  /** The valid ID that was written over the one restored. */
  readonly overwrittenId?: string | undefined
}

/**
 * Whether a span with a statement ends as it was stamped, so that no late rule applies. So it is for nearly
 * every span of a scope.
 */
export function isUntouched(attributes: ReadableAttributes, record: SessionRecord): boolean {
  const { from, id, fields, staleAttributes: revoked } = record
  if (from === undefined || attributes[ATTR_SESSION_ID] !== id || revoked !== undefined) return false
  return fields?.metadata === undefined || attributes[ATTR_METADATA] === fields.metadata
}

/**
 * The late rules: which session a span has at its end, from its attributes and its record alone. Called by
 * the processor where the SDK has `onEnding`, else by the gate. Throws what a hostile attribute throws.
 */
export function resolveSession(attributes: ReadableAttributes, record: SessionRecord): ResolvedSession {
  if (record.kind === 'cleared') return { id: undefined, how: 'kept' }
  return record.kind === 'explicit'
    ? resolveExplicit(attributes, record)
    : resolveInferred(attributes, record)
}

function resolveExplicit(attributes: ReadableAttributes, record: SessionRecord): ResolvedSession {
  const { id } = record
  const current = ownValue(attributes, ATTR_SESSION_ID)
  if (current === id) return { id, how: 'kept' }
  if (current === undefined || current === record.stampedAs) return { id, how: 'not-kept' }
  const check = checkSessionId(current, record.settings.rule)
  if (!check.ok) return { id, how: 'restored' }
  if (record.own) return { id: check.id, how: 'late' }
  if (record.settings.onOverwrite === 'accept') return { id: check.id, how: 'accepted' }
  return { id, how: 'restored', overwrittenId: check.id }
}

function resolveInferred(attributes: ReadableAttributes, record: SessionRecord): ResolvedSession {
  const { settings } = record
  const current = ownValue(attributes, ATTR_SESSION_ID)
  if (current !== undefined && current !== record.id && current !== record.stampedAs) {
    const check = checkSessionId(current, settings.rule)
    if (check.ok) return { id: check.id, how: 'late' }
  }
  const alias = readAlias(attributes, settings.aliases, settings.rule, record.fields, false)
  if (alias !== undefined) return { id: alias.id, how: alias.id === record.id ? 'kept' : 'late' }
  if (record.id !== undefined) return { id: record.id, how: 'kept' }
  if (typeof record.fromChildren === 'string') return { id: record.fromChildren, how: 'from-children' }
  const { defaultId } = settings
  if (defaultId === undefined || namesUnusableSession(attributes, current, settings)) {
    return { id: undefined, how: 'kept' }
  }
  return { id: defaultId, how: 'default' }
}

/** The span has a session, though not one that can be shipped. */
function namesUnusableSession(
  attributes: ReadableAttributes,
  current: unknown,
  { aliases, rule }: SessionRecordSettings,
): boolean {
  const check = checkSessionId(current, rule)
  return (!check.ok && isUnusableId(check.reason)) || namesRejectedSession(attributes, aliases, rule)
}

/** What `lateMetadata` gives where ours must be left out. */
export const TOO_LONG: unique symbol = Symbol('too long')

/**
 * Our `metadata` under the JSON object that a later write replaced it by, theirs winning key by key; or
 * undefined where nothing replaced it, or `TOO_LONG` where the two do not fit into 4 kB. LangChain's
 * instrumentation replaces `metadata` on every one of its spans.
 */
export function mergeLateMetadata(attributes: ReadableAttributes, record: SessionRecord): unknown {
  const ours = record.fields
  if (ours?.metadataValue === undefined) return undefined
  const theirs = ownValue(attributes, ATTR_METADATA)
  if (theirs === ours.metadata || theirs === undefined) return undefined
  const read = readMetadata(theirs)
  if (!read.ok) return undefined
  const merged = { ...ours.metadataValue, ...read.value }
  const json = JSON.stringify(merged)
  if (json.length > METADATA_MAX_LENGTH) return TOO_LONG
  if (json === theirs) return undefined
  return typeof theirs === 'string' ? json : merged
}
