import { type AliasPlan, planAliases, type SessionAliases } from './alias-plan.ts'
import { checkAliasValue } from './alias-value.ts'
import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_METADATA, ATTR_SESSION_ID } from './attributes.ts'
import { readMetadata } from './metadata.ts'
import { ownValue, type ReadableAttributes } from './own-value.ts'
import type { SessionIdRule } from './session-id.ts'

/** The session that attributes name, and the attribute that named it. */
export interface SessionAliasMatch {
  /** The session ID; an integer as a string. */
  readonly id: string
  /** The attribute, or `metadata.<key>` for a key inside the JSON of `metadata`. */
  readonly key: string
}

/** What a reading leaves out: values that we stamped ourselves are nobody's hint. */
export interface OwnWords {
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
  own: OwnWords | undefined,
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

function isOurs(value: unknown, { conversationId, kept }: OwnWords): boolean {
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
