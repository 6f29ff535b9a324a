import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_METADATA, ATTR_SESSION_ID } from '../attributes.ts'
import {
  type MetadataRead,
  ownValue,
  type ReadableAttributes,
  readMetadata,
} from '../internal/read-attributes.ts'
import type { SessionRecord } from '../internal/session-record.ts'
import { checkSessionId, isPlaceholder, type SessionIdReason, type SessionIdRule } from '../session-id.ts'
import { type AliasPlan, type PlannedAlias, planAliases, type SessionAliases } from './plan.ts'
import { METADATA_PREFIX } from './table.ts'

/** Why an alias is invalid. */
export type AliasReason = SessionIdReason | 'placeholder' | 'not-an-integer'

/** The session ID in an alias, or why it is invalid. */
export type AliasCheck =
  | {
      /** The alias is valid. */
      readonly ok: true
      /** The session ID; an integer becomes a string. */
      readonly id: string
    }
  | {
      /** The alias is invalid. */
      readonly ok: false
      /** The first reason that applies. */
      readonly reason: AliasReason
    }

/**
 * Checks the value of an attribute of the alias table. `session.id` follows the session ID rule alone; in every other
 * attribute integers are valid too, and placeholders are not.
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

/** The session that attributes name, and the attribute that names it. */
export interface SessionAliasMatch {
  /** The session ID; an integer becomes a string. */
  readonly id: string
  /** The attribute, or `metadata.<key>` for a key inside the JSON of `metadata`. */
  readonly key: string
}

/** An alias that names a session. */
export interface AliasMatch {
  /** The session ID; an integer becomes a string. */
  readonly id: string
  /** The rank of the alias in its table; undefined if the table does not have it. */
  readonly rank: number | undefined
}

/** What the processor wrote itself: a record, or none. It is not read as an alias. */
export type OwnFields = Pick<SessionRecord, 'fields' | 'kept'>

/**
 * Reads the session that a span's own attributes name: the first valid alias in the order of the table.
 * Invalid ones are skipped; {@link explainSession} tells which and why.
 *
 * Never throws, even where attributes are proxies or have getters that throw. Reads own properties only.
 *
 * @param attributes a span's attributes; a value that is not an object names no session
 * @param aliases another table: attribute names, or entries as in `SESSION_ALIASES`
 * @example readSessionAlias({ thread_id: 7 })                        // { id: '7', key: 'thread_id' }
 * @example readSessionAlias({ metadata: '{"thread_id":"user_1"}' })  // { id: 'user_1', key: 'metadata.thread_id' }
 */
export function readSessionAlias(
  attributes: ReadableAttributes,
  aliases?: SessionAliases,
): SessionAliasMatch | undefined {
  const plan = planAliases(aliases)
  try {
    const rank = plan.attributes.get(ATTR_SESSION_ID) ?? Number.POSITIVE_INFINITY
    const match = readAlias(attributes, plan)
    const check = checkSessionId(ownValue(attributes, ATTR_SESSION_ID))
    if (check.ok && rank < (match?.rank ?? Number.POSITIVE_INFINITY)) {
      return { id: check.id, key: ATTR_SESSION_ID }
    }
    return match && { id: match.id, key: plan.table[match.rank as number]?.key as string }
  } catch {
    return readHostileAlias(attributes, plan)
  }
}

/**
 * Reads the session that attributes other than `session.id` name, for the processor and the exporter. Throws what a
 * hostile attribute throws.
 *
 * @param own values that are not read as aliases
 * @param since the rank of the alias that named the session earlier. Then only aliases are read that replace it: those
 *   of a higher concept, else the same one. In a table without concepts, all replace it
 * @param onInvalid called for each invalid one, unless a better one is found before
 */
export function readAlias(
  attributes: ReadableAttributes,
  plan: AliasPlan,
  rule?: SessionIdRule,
  own?: OwnFields,
  since?: number,
  onInvalid?: (reason: AliasReason) => void,
): AliasMatch | undefined {
  if (!mayHaveAlias(attributes, plan)) return undefined
  const earlier = since === undefined ? undefined : plan.table[since]
  const limit = (earlier?.concept && plan.conceptStarts[earlier.concept]) ?? Number.POSITIVE_INFINITY
  let best: AliasMatch | undefined
  let better = limit

  // One pass over the few attributes of a span costs less than a look-up for each alias.
  const search = (values: ReadableAttributes, ranks: ReadonlyMap<string, number>, prefix: string) => {
    for (const key in values) {
      if (plan.endings[key.charCodeAt(key.length - 1)] === 0) continue
      const rank = ranks.get(key)
      if (rank === undefined) continue
      // One that is not better is read all the same if it is the earlier one, and there is no other.
      if (rank >= better && (best !== undefined || !earlier?.concept || rank !== since)) continue
      const name = prefix + key
      if (name === ATTR_SESSION_ID || !hasOwn.call(values, key)) continue
      const value = values[key]
      if (name === ATTR_GEN_AI_CONVERSATION_ID && own !== undefined && isOurs(value, own)) continue
      const check = checkAliasValue(name, value, rule)
      if (check.ok) {
        better = Math.min(better, rank)
        best = { id: check.id, rank }
      } else onInvalid?.(check.reason)
    }
  }

  search(attributes, plan.attributes, '')
  if (plan.bestJsonRank >= better && earlier?.in !== 'metadata-json') return best
  const metadata = ownValue(attributes, ATTR_METADATA)
  if (metadata === undefined || metadata === own?.fields?.[ATTR_METADATA]) return best
  const json = readMetadata(metadata)
  const match = best
  try {
    if (json.ok) search(json.value, plan.json, METADATA_PREFIX)
    return best
  } catch {
    // `metadata` may be an object since SDK 3. One whose getters throw names no session.
    return match
  }
}

/** Whether an attribute may name a session. Nearly all others are told by their last characters. */
function mayHaveAlias(attributes: ReadableAttributes, { endings, attributes: ranks }: AliasPlan): boolean {
  for (const key in attributes) {
    if (endings[key.charCodeAt(key.length - 1)] === 0 || key === ATTR_SESSION_ID) continue
    if (ranks.has(key) || key === ATTR_METADATA) return true
  }
  return false
}

const hasOwn = Object.prototype.hasOwnProperty

function isOurs(value: unknown, { fields, kept }: OwnFields): boolean {
  const conversationId = fields?.[ATTR_GEN_AI_CONVERSATION_ID]
  if (typeof conversationId !== 'string' || value === undefined) return false
  return value === conversationId || value === kept?.get(ATTR_GEN_AI_CONVERSATION_ID)
}

/** Reads one alias at a time, so that an attribute that throws does not hide the others. */
function readHostileAlias(attributes: ReadableAttributes, plan: AliasPlan): SessionAliasMatch | undefined {
  const metadata = guarded(() => readMetadata(ownValue(attributes, ATTR_METADATA)))
  for (const alias of plan.table) {
    try {
      const check = checkAliasValue(alias.key, aliasValue(alias, attributes, metadata))
      if (check.ok) return { id: check.id, key: alias.key }
    } catch {
      // This alias cannot be read; the next one may be.
    }
  }
  return undefined
}

/** The value of an alias. Throws what a hostile attribute throws. */
export function aliasValue(
  { key, in: place }: PlannedAlias,
  attributes: ReadableAttributes,
  metadata: MetadataRead | undefined,
): unknown {
  if (place !== 'metadata-json') return ownValue(attributes, key)
  return metadata?.ok ? ownValue(metadata.value, key.slice(METADATA_PREFIX.length)) : undefined
}

/** What a function returns, or undefined where it throws. */
export function guarded<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Whether an invalid ID still names a particular session, one that cannot be exported. */
export const isUnusableId = (reason: AliasReason): boolean =>
  reason === 'too-long' || reason === 'control-character' || reason === 'not-ascii'

/**
 * Whether attributes without a valid alias name a session by an ID that is invalid for its length or its characters.
 * Such a span has a session of its own and must not get another one. Throws what a hostile attribute throws.
 */
export function namesRejectedSession(
  attributes: ReadableAttributes,
  plan: AliasPlan,
  rule: SessionIdRule,
  own: OwnFields | undefined,
): boolean {
  let isNamed = false
  readAlias(attributes, plan, rule, own, undefined, (reason) => {
    isNamed ||= isUnusableId(reason)
  })
  return isNamed
}
