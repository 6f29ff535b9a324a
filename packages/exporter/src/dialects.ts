import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_USER_ID,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import { type Additions, addUnlessThere, type OnProblem } from './additions.ts'
import { metadataPreparer } from './dialect-metadata.ts'
import type { DialectPlan, KeyPlan } from './dialect-plan.ts'
import type { DialectReason } from './dialect-problems.ts'
import { addSession, denySession } from './dialect-session.ts'
import { addTags } from './dialect-tags.ts'

/**
 * The attributes that the gate ships with what the dialects add to them, the session first; undefined where they
 * add nothing. `isAbsence` says that the application stated that there is no session. It never throws: what the
 * gate has decided must not be lost with what a dialect would have added.
 */
export type Dress = (attributes: ReadableAttributes, isAbsence: boolean) => ReadableAttributes | undefined

/** The function for a plan. */
export function dresser(plan: DialectPlan, onProblem: OnProblem): Dress {
  const { names, sessions, conversations, users, tags, metadata } = plan
  const prepare = metadataPreparer(metadata)
  const additions = (attributes: ReadableAttributes, isAbsence: boolean): Additions => {
    const added: Additions = { written: {}, metadata: undefined, removed: undefined, isEmpty: true }
    const id = ownValue(attributes, ATTR_SESSION_ID)
    if (typeof id === 'string') {
      for (const session of sessions) addSession(added, attributes, session, id, onProblem)
    } else if (isAbsence) {
      for (const session of sessions) denySession(added, attributes, session, onProblem)
    }
    if (conversations.length > 0) {
      const problem = 'conversation-not-a-string'
      copy(added, attributes, ATTR_GEN_AI_CONVERSATION_ID, conversations, problem, onProblem)
    }
    if (users.length > 0) copy(added, attributes, ATTR_USER_ID, users, 'user-not-a-string', onProblem)
    if (tags.length > 0) addTags(added, attributes, tags, onProblem)
    if (metadata.length > 0) addMetadata(added, attributes, prepare, onProblem)
    return added
  }
  return (attributes, isAbsence) => {
    try {
      const added = additions(attributes, isAbsence)
      return added.isEmpty ? undefined : withAdditions(attributes, added)
    } catch {
      for (const name of names) onProblem(name, 'attributes-unreadable', attributes)
      return undefined
    }
  }
}

/**
 * A copy of the attributes with what the dialects add. One spread of both is several times as fast as adding one
 * key after the other, which makes the copy a hash table.
 */
function withAdditions(attributes: ReadableAttributes, added: Additions): ReadableAttributes {
  const both: Record<string, unknown> = { ...attributes, ...added.written, ...added.metadata }
  for (const key of added.removed ?? []) if (!Object.hasOwn(added.written, key)) delete both[key]
  return both
}

function copy(
  added: Additions,
  attributes: ReadableAttributes,
  from: string,
  plans: readonly KeyPlan[],
  problem: DialectReason,
  onProblem: OnProblem,
): void {
  const value = ownValue(attributes, from)
  if (value === undefined || value === null || value === '') return
  for (const { name, key } of plans) {
    if (typeof value === 'string') addUnlessThere(added, attributes, key, value)
    else onProblem(name, problem, value)
  }
}

function addMetadata(
  added: Additions,
  attributes: ReadableAttributes,
  prepare: ReturnType<typeof metadataPreparer>,
  onProblem: OnProblem,
): void {
  const value = ownValue(attributes, ATTR_METADATA)
  if (value === undefined || value === null) return
  const { keys, entries, problems } = prepare(value)
  if (keys.some((key) => Object.hasOwn(attributes, key))) {
    for (const key of keys) addUnlessThere(added, attributes, key, entries[key])
  } else if (keys.length > 0) {
    added.metadata = entries
    added.isEmpty = false
  }
  for (const [name, reason, what] of problems) onProblem(name, reason, value, what)
}
