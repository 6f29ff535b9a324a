import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import { metadataPreparer } from './dialect-metadata.ts'
import type { DialectPlan, KeyPlan, SessionPlan, TagsPlan } from './dialect-plan.ts'
import type { DialectReason } from './dialect-problems.ts'

/** What the dialects do to the attributes of a span. */
interface Additions {
  readonly written: Record<string, unknown>
  /** More to write, shared by the spans that have the same metadata. */
  metadata: Readonly<Record<string, unknown>> | undefined
  removed: string[] | undefined
  isEmpty: boolean
}

/** Hears what a dialect cannot hold, and what of it may be said where that is more than its kind. */
export type OnProblem = (
  dialect: string,
  reason: DialectReason,
  value: unknown,
  what?: string | undefined,
) => void

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

function addSession(
  added: Additions,
  attributes: ReadableAttributes,
  { name, keys, conversation, extras, maxLength, pattern }: SessionPlan,
  id: string,
  onProblem: OnProblem,
): void {
  const isTooLong = id.length > maxLength
  if (isTooLong || (pattern !== undefined && !pattern.test(id))) {
    onProblem(name, isTooLong ? 'id-too-long' : 'id-not-allowed', id)
    // What a framework wrote there would file the span under another session than the one that is shipped.
    for (const key of keys) takeAway(added, attributes, key)
    return
  }
  for (const key of keys) if (ownValue(attributes, key) !== id) write(added, key, id)
  // A conversation of the span's own is written after it, where it has another key.
  if (conversation !== undefined) addUnlessThere(added, attributes, conversation, id)
  for (const [key, value] of extras) addUnlessThere(added, attributes, key, value)
}

function denySession(
  added: Additions,
  attributes: ReadableAttributes,
  { name, denied }: SessionPlan,
  onProblem: OnProblem,
): void {
  const values = denied.map((key) => takeAway(added, attributes, key))
  const value = values.find((each) => each !== undefined)
  if (value !== undefined) onProblem(name, 'stated-absence', value)
}

function takeAway(added: Additions, attributes: ReadableAttributes, key: string): unknown {
  const value = ownValue(attributes, key)
  if (value === undefined) return undefined
  added.removed ??= []
  added.removed.push(key)
  added.isEmpty = false
  return value
}

function write(added: Additions, key: string, value: unknown): void {
  added.written[key] = value
  added.isEmpty = false
}

function addUnlessThere(added: Additions, attributes: ReadableAttributes, key: string, value: unknown): void {
  if (!Object.hasOwn(attributes, key)) write(added, key, value)
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

function addTags(
  added: Additions,
  attributes: ReadableAttributes,
  plans: readonly TagsPlan[],
  onProblem: OnProblem,
): void {
  const value = ownValue(attributes, ATTR_TAG_TAGS)
  if (value === undefined || value === null) return
  const { tags, problem } = readTags(value)
  for (const { name, key, form } of plans) {
    if (problem !== undefined) onProblem(name, problem, value)
    const fit =
      form === 'comma-separated' && tags.some(hasComma) ? tags.filter((tag) => !hasComma(tag)) : tags
    if (fit !== tags) onProblem(name, 'tag-with-comma', value)
    if (fit.length > 0) addUnlessThere(added, attributes, key, inForm(fit, form))
  }
}

function inForm(tags: readonly string[], form: TagsPlan['form']): unknown {
  if (form === 'array') return tags
  return form === 'json' ? JSON.stringify(tags) : tags.join(',')
}

/** The tags, copied, because a proxy may throw at any time; and what is wrong with them. Empty ones say nothing. */
function readTags(value: unknown): { tags: readonly string[]; problem?: DialectReason } {
  try {
    if (!Array.isArray(value)) return { tags: [], problem: 'tags-not-strings' }
    const all: unknown[] = [...value]
    if (all.every(isTag)) return { tags: all }
    const tags = all.filter(isTag)
    return all.every((tag) => typeof tag === 'string') ? { tags } : { tags, problem: 'tags-not-strings' }
  } catch {
    return { tags: [], problem: 'tags-unreadable' }
  }
}

const hasComma = (tag: string) => tag.includes(',')
const isTag = (tag: unknown): tag is string => typeof tag === 'string' && tag !== ''

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
