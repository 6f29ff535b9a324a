import { ATTR_METADATA, ATTR_OVERWRITTEN_ID } from '../attributes.ts'
import {
  type MetadataRead,
  ownValue,
  type ReadableAttributes,
  readMetadata,
} from '../internal/read-attributes.ts'
import { planAliases, type SessionAliases } from './plan.ts'
import { type AliasReason, checkAliasValue } from './read.ts'
import { NEVER_ALIASES } from './table.ts'

/** One attribute that could have named the session, and what became of it. */
export interface SessionCandidate {
  /** The attribute, or `metadata.<key>` for a key inside the JSON of `metadata`. */
  readonly key: string
  /** What became of it. */
  readonly outcome: 'won' | 'lost' | 'passed-over' | 'not-read' | 'never-an-alias' | 'overwritten'
  /** Why, in words for a log or a page. Names kinds and lengths, never the value. */
  readonly why: string
  /** The ID that it names, when it names a valid one. */
  readonly id?: string | undefined
}

/** Which attribute named the session, which others would have, and why they did not. */
export interface SessionExplanation {
  /** The session that the attributes name. */
  readonly id: string | undefined
  /** The attribute that named it. */
  readonly key: string | undefined
  /** In the order in which they are read. */
  readonly candidates: readonly SessionCandidate[]
}

const WHY: Record<AliasReason, string> = {
  'not-a-string': 'it is no string',
  empty: 'it is empty or blank',
  'too-long': 'it is too long',
  'control-character': 'it holds a control character',
  'not-ascii': 'it holds a character outside US-ASCII',
  placeholder: 'it is what a missing value looks like as a string',
  'not-an-integer': 'it is a number, but not a safe integer',
}

/**
 * What {@link readSessionAlias} decides, with its reasons: which key won, which lost, and why. For people
 * who ask why a span is in the session that it is in, or in none.
 *
 * Never throws; an attribute that throws when it is read is reported as such.
 */
export function explainSession(attributes: ReadableAttributes, aliases?: SessionAliases): SessionExplanation {
  const candidates: SessionCandidate[] = []
  let winner: { id: string; key: string } | undefined

  const metadata = guarded(() => readMetadata(ownValue(attributes, ATTR_METADATA)))
  for (const alias of planAliases(aliases).table) {
    const { key } = alias
    try {
      const value =
        alias.in === 'attribute'
          ? ownValue(attributes, key)
          : ownOfMetadata(metadata, key.slice(ATTR_METADATA.length + 1))
      if (value === undefined) continue
      const check = checkAliasValue(key, value)
      if (!check.ok) {
        candidates.push({ key, outcome: 'passed-over', why: WHY[check.reason] })
      } else if (winner === undefined) {
        winner = { id: check.id, key }
        candidates.push({ key, outcome: 'won', why: 'it is the first valid one', id: check.id })
      } else {
        candidates.push({ key, outcome: 'lost', why: `${winner.key} is read before it`, id: check.id })
      }
    } catch {
      candidates.push({ key, outcome: 'not-read', why: 'reading it throws' })
    }
  }

  if (metadata === undefined) {
    candidates.push({ key: ATTR_METADATA, outcome: 'not-read', why: 'reading it throws' })
  } else if (!metadata.ok && metadata.reason === 'too-long') {
    candidates.push({ key: ATTR_METADATA, outcome: 'not-read', why: 'it is longer than 32 kB' })
  }
  for (const { key, reason } of NEVER_ALIASES) {
    if (guarded(() => ownValue(attributes, key)) !== undefined) {
      candidates.push({ key, outcome: 'never-an-alias', why: `that is ${reason}` })
    }
  }
  const overwritten = guarded(() => ownValue(attributes, ATTR_OVERWRITTEN_ID))
  if (typeof overwritten === 'string') {
    candidates.push({
      key: ATTR_OVERWRITTEN_ID,
      outcome: 'overwritten',
      why: 'it was written over the stated session, which was put back',
      id: overwritten,
    })
  }
  return { id: winner?.id, key: winner?.key, candidates }
}

function ownOfMetadata(metadata: MetadataRead | undefined, key: string): unknown {
  return metadata?.ok ? ownValue(metadata.value, key) : undefined
}

function guarded<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
