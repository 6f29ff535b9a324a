import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_METADATA, ATTR_SESSION_ID } from '../attributes.ts'
import { ownValue, type ReadableAttributes, readMetadata } from '../internal/read-attributes.ts'
import { checkSessionId, isPlaceholder, type SessionIdReason, type SessionIdRule } from '../session-id.ts'
import { type AliasPlan, planAliases, type SessionAliases } from './plan.ts'

/** Why a candidate was passed over. */
export type AliasReason = SessionIdReason | 'placeholder' | 'not-an-integer'

/** A candidate's ID, or why it is none. */
export type AliasCheck =
  | {
      /** It names a session. */
      readonly ok: true
      /** The session ID; an integer as a string. */
      readonly id: string
    }
  | {
      /** It names none. */
      readonly ok: false
      /** The first reason that applies. */
      readonly reason: AliasReason
    }

/**
 * The ID that an attribute's value names. `session.id` is what it says, strings only; every other name is
 * somebody else's word, so integers are taken too and a placeholder is ignored.
 */
export function checkAliasValue(key: string, value: unknown, rule?: SessionIdRule): AliasCheck {
  if (key === ATTR_SESSION_ID) return checkSessionId(value, rule)
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? checkSessionId(String(value), rule)
      : { ok: false, reason: 'not-an-integer' }
  }
  const check = checkSessionId(value, rule)
  return check.ok && isPlaceholder(check.id) ? { ok: false, reason: 'placeholder' } : check
}

/** The session that attributes name, and the attribute that named it. */
export interface SessionAliasMatch {
  /** The session ID; an integer as a string. */
  readonly id: string
  /** The attribute, or `metadata.<key>` for a key inside the JSON of `metadata`. */
  readonly key: string
}

/** What a reading leaves out: values that we stamped ourselves are nobody's hint. */
export interface OwnFields {
  /** Ours in `gen_ai.conversation.id`. */
  readonly conversationId?: string | undefined
  /** What the SDK made of the values that it did not keep as they are, by attribute. */
  readonly kept?: ReadonlyMap<string, unknown> | undefined
  /** Ours in `metadata`. */
  readonly metadata?: unknown
}

const hasOwn = Object.prototype.hasOwnProperty

/**
 * The session that a span's own attributes name: the first valid one in the order of the alias table.
 * Invalid candidates are passed over; {@link explainSession} says which and why.
 *
 * Never throws, whatever the attributes are (getters that throw, proxies); reads own properties only.
 *
 * @param attributes a span's attributes; anything that is not an object names nothing
 * @param aliases another table: names of attributes, or entries as in `SESSION_ALIASES`
 * @example readSessionAlias({ thread_id: 7 })                        // { id: '7', key: 'thread_id' }
 * @example readSessionAlias({ metadata: '{"thread_id":"user_1"}' })  // { id: 'user_1', key: 'metadata.thread_id' }
 */
export function readSessionAlias(
  attributes: ReadableAttributes,
  aliases?: SessionAliases,
): SessionAliasMatch | undefined {
  try {
    return readAlias(attributes, planAliases(aliases), undefined, undefined, true)
  } catch {
    return readHostileAlias(attributes, aliases)
  }
}

/**
 * The reading itself, for the processor and the gate: `withSessionId` says whether `session.id` counts.
 * Throws what a hostile attribute throws.
 */
export function readAlias(
  attributes: ReadableAttributes,
  plan: AliasPlan,
  rule: SessionIdRule | undefined,
  own: OwnFields | undefined,
  withSessionId: boolean,
): SessionAliasMatch | undefined {
  let best: SessionAliasMatch | undefined
  let bestRank = Number.POSITIVE_INFINITY
  let hasMetadata = false
  // One pass over the few attributes that a span has, instead of some fifty look-ups.
  for (const key in attributes) {
    if (plan.endings[key.charCodeAt(key.length - 1)] === 0) continue
    if (key === ATTR_METADATA) hasMetadata = true
    const rank = plan.attributes.get(key)
    if (rank === undefined || rank >= bestRank || !hasOwn.call(attributes, key)) continue
    if (key === ATTR_SESSION_ID && !withSessionId) continue
    const value = attributes[key]
    if (key === ATTR_GEN_AI_CONVERSATION_ID && own !== undefined && isOurs(value, own)) continue
    const check = checkAliasValue(key, value, rule)
    if (check.ok) {
      bestRank = rank
      best = { id: check.id, key }
    }
  }
  if (!hasMetadata || plan.bestJsonRank >= bestRank) return best
  const metadata = ownValue(attributes, ATTR_METADATA)
  if (metadata === undefined || metadata === own?.metadata) return best
  return readJsonAlias(metadata, plan, rule, bestRank) ?? best
}

function isOurs(value: unknown, { conversationId, kept }: OwnFields): boolean {
  if (value === undefined || conversationId === undefined) return false
  return value === conversationId || value === kept?.get(ATTR_GEN_AI_CONVERSATION_ID)
}

function readJsonAlias(
  metadata: unknown,
  plan: AliasPlan,
  rule: SessionIdRule | undefined,
  better: number,
): SessionAliasMatch | undefined {
  const read = readMetadata(metadata)
  if (!read.ok) return undefined
  try {
    for (const [key, rank] of plan.json) {
      if (rank >= better || !hasOwn.call(read.value, key)) continue
      const check = checkAliasValue(key, read.value[key], rule)
      if (check.ok) return { id: check.id, key: `${ATTR_METADATA}.${key}` }
    }
  } catch {
    // An object, as SDK 3 permits, may have getters and traps that throw: it names nothing.
  }
  return undefined
}

/** One alias at a time, each guarded: one attribute that throws does not hide the others. */
function readHostileAlias(
  attributes: ReadableAttributes,
  aliases?: SessionAliases,
): SessionAliasMatch | undefined {
  for (const alias of planAliases(aliases).table) {
    try {
      const source = alias.in === 'attribute' ? alias.key : ATTR_METADATA
      const match = readAlias(
        { [source]: ownValue(attributes, source) },
        planAliases([alias]),
        undefined,
        undefined,
        true,
      )
      if (match !== undefined) return match
    } catch {
      // This one cannot be read; the next may be.
    }
  }
  return undefined
}

/** What is refused for this is somebody's session, though not one that can be shipped; other reasons name nobody's. */
export const isUnusableId = (reason: AliasReason): boolean =>
  reason === 'too-long' || reason === 'control-character' || reason === 'not-ascii'

/**
 * Whether attributes name a session by an ID that is refused for its length or its characters: then the span has a
 * session, and nobody else's is its own. Throws what a hostile attribute throws.
 */
export function namesRejectedSession(
  attributes: ReadableAttributes,
  plan: AliasPlan,
  rule: SessionIdRule,
): boolean {
  const isRefused = (key: string, value: unknown) => {
    const check = checkAliasValue(key, value, rule)
    return !check.ok && isUnusableId(check.reason)
  }
  let hasMetadata = false
  // One pass over the few attributes that a span has, instead of some fifty look-ups.
  for (const key in attributes) {
    if (plan.endings[key.charCodeAt(key.length - 1)] === 0) continue
    if (key === ATTR_METADATA) hasMetadata = true
    if (plan.attributes.has(key) && isRefused(key, ownValue(attributes, key))) return true
  }
  if (!hasMetadata) return false
  const metadata = readMetadata(ownValue(attributes, ATTR_METADATA))
  if (!metadata.ok) return false
  for (const key of plan.json.keys()) if (isRefused(key, ownValue(metadata.value, key))) return true
  return false
}
