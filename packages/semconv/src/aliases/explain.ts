import { ATTR_METADATA, ATTR_OVERWRITTEN_ID } from '../attributes.ts'
import { ownValue, type ReadableAttributes, readMetadata } from '../internal/read-attributes.ts'
import { type PlannedAlias, planAliases, type SessionAliases } from './plan.ts'
import { type AliasReason, aliasValue, checkAliasValue, guarded } from './read.ts'
import { NEVER_ALIASES } from './table.ts'

/** One attribute that could name the session, and the outcome. */
export interface SessionCandidate {
  /** The attribute, or `metadata.<key>` for a key inside the JSON of `metadata`. */
  readonly key: string
  /** Whether it names the session. */
  readonly outcome: 'won' | 'lost' | 'rejected' | 'not-read' | 'never-an-alias' | 'overwritten'
  /** The reason, for a log or a page. Never contains the value. */
  readonly why: string
  /** The ID that it names, if that is valid. */
  readonly id?: string | undefined
}

/** Which attribute names the session, and why the others do not. */
export interface SessionExplanation {
  /** The session that the attributes name. */
  readonly id: string | undefined
  /** The attribute that names it. */
  readonly key: string | undefined
  /** All attributes that could name a session, in the order of precedence. */
  readonly candidates: readonly SessionCandidate[]
}

const WHY: Record<AliasReason, string> = {
  'not-a-string': 'it is not a string',
  empty: 'it is empty or blank',
  'too-long': 'it is too long',
  'control-character': 'it contains a control character',
  'not-ascii': 'it contains a character outside US-ASCII',
  placeholder: 'it is a missing value that was converted to a string',
  'not-an-integer': 'it is a number, but not a safe integer',
}

/**
 * Explains what {@link readSessionAlias} returns: which attribute names the session, which others do not, and why.
 *
 * Never throws; an attribute that throws when it is read has the outcome `not-read`.
 */
export function explainSession(attributes: ReadableAttributes, aliases?: SessionAliases): SessionExplanation {
  const candidates: SessionCandidate[] = []
  let id: string | undefined
  let winner: PlannedAlias | undefined

  const metadata = guarded(() => readMetadata(ownValue(attributes, ATTR_METADATA)))
  for (const alias of planAliases(aliases).table) {
    const { key } = alias
    try {
      const value = aliasValue(alias, attributes, metadata)
      if (value === undefined) continue
      const check = checkAliasValue(key, value)
      if (!check.ok) {
        candidates.push({ key, outcome: 'rejected', why: WHY[check.reason] })
      } else if (winner === undefined) {
        id = check.id
        winner = alias
        candidates.push({ key, outcome: 'won', why: 'it is the first valid one', id: check.id })
      } else {
        candidates.push({ key, outcome: 'lost', why: lostTo(winner, alias), id: check.id })
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
      candidates.push({ key, outcome: 'never-an-alias', why: `it is ${reason}` })
    }
  }
  const overwritten = guarded(() => ownValue(attributes, ATTR_OVERWRITTEN_ID))
  if (typeof overwritten === 'string') {
    candidates.push({
      key: ATTR_OVERWRITTEN_ID,
      outcome: 'overwritten',
      why: 'it was written over the explicit session, which was restored',
      id: overwritten,
    })
  }
  return { id, key: winner?.key, candidates }
}

/** Why a valid alias does not name the session. A table of the application has an order, but no concepts. */
function lostTo(winner: PlannedAlias, { concept }: PlannedAlias): string {
  return winner.concept === concept
    ? `${winner.key} takes precedence`
    : `a ${winner.concept} key takes precedence over a ${concept} key`
}
