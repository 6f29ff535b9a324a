import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import { kindOf, ownValue } from '@otel-sessions/semconv/internal'
import { increment } from '../validation/stats.ts'
import {
  type BackendDefinition,
  type BackendProblem,
  CREATE_MAPPER,
  type CreateMapper,
  type SessionBackend,
} from './backend.ts'
import { metadataPreparer } from './metadata.ts'
import { type KeyPlan, type MappingPlan, planMapping, type SessionPlan, type TagsPlan } from './plan.ts'

type OnProblem = (name: string, problem: BackendProblem, value: unknown, what?: string) => void

const createMapper: CreateMapper = (backends, where, counts, log) => {
  const distinct = [...new Set(backends)]
  const names = distinct.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new TypeError(`${where} has two backends named ${JSON.stringify(twice)}`)
  const plan = planMapping(distinct)
  if (plan === undefined) return undefined
  const onProblem: OnProblem = (name, problem, value, what) => {
    counts[name] ??= {}
    increment(counts[name], problem)
    log.report(`backend:${name}:${problem}`, () => problemText(name, problem, value, what))
  }
  const add = adder(plan, onProblem)
  return (attributes, isCleared) => {
    try {
      const mapping = add(attributes, isCleared)
      return mapping.isEmpty ? undefined : mapping.result()
    } catch {
      for (const name of names) onProblem(name, 'attributes-unreadable', attributes)
      return undefined
    }
  }
}

/**
 * Makes a backend of a definition. The function that makes the mapper is not enumerable: a copy with other keys is a
 * definition, which `defineBackend` checks.
 */
export function toBackend(definition: BackendDefinition): SessionBackend {
  const backend = Object.defineProperty({ ...definition }, CREATE_MAPPER, { value: createMapper })
  return deepFreeze(backend as SessionBackend)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const each of Object.values(value)) deepFreeze(each)
  }
  return value
}

/** The changes that the backends make to the attributes of one span. */
class Mapping {
  isEmpty = true
  readonly #attributes: ReadableAttributes
  readonly #addedAttributes: Record<string, unknown> = {}
  #removedKeys: string[] | undefined

  constructor(attributes: ReadableAttributes) {
    this.#attributes = attributes
  }

  write(key: string, value: unknown): void {
    this.#addedAttributes[key] = value
    this.isEmpty = false
  }

  /** Writes an attribute that the span does not have. */
  writeIfMissing(key: string, value: unknown): void {
    if (!Object.hasOwn(this.#attributes, key)) this.write(key, value)
  }

  /** Removes an attribute. @returns its value */
  remove(key: string): unknown {
    const value = ownValue(this.#attributes, key)
    if (value === undefined) return undefined
    this.#removedKeys ??= []
    this.#removedKeys.push(key)
    this.isEmpty = false
    return value
  }

  /** A copy of the attributes with the changes. One spread takes a half to a third of adding one key after the other. */
  result(): ReadableAttributes {
    const result: Record<string, unknown> = { ...this.#attributes, ...this.#addedAttributes }
    for (const key of this.#removedKeys ?? []) {
      if (!Object.hasOwn(this.#addedAttributes, key)) delete result[key]
    }
    return result
  }
}

/** The session comes first: a backend may cut off the attributes at the end. */
function adder(
  { sessions, conversations, users, tags, metadata }: MappingPlan,
  onProblem: OnProblem,
): (attributes: ReadableAttributes, isCleared: boolean) => Mapping {
  const prepareMetadata = metadataPreparer(metadata)
  return (attributes, isCleared) => {
    const mapping = new Mapping(attributes)
    const id = ownValue(attributes, ATTR_SESSION_ID)
    if (typeof id === 'string') {
      for (const session of sessions) addSession(mapping, attributes, session, id, onProblem)
    } else if (isCleared) {
      for (const session of sessions) removeSession(mapping, session, onProblem)
    }
    if (conversations.length > 0) {
      const value = ownValue(attributes, ATTR_GEN_AI_CONVERSATION_ID)
      copy(mapping, value, conversations, 'conversation-not-a-string', onProblem)
    }
    if (users.length > 0) {
      copy(mapping, ownValue(attributes, ATTR_USER_ID), users, 'user-not-a-string', onProblem)
    }
    if (tags.length > 0) addTags(mapping, ownValue(attributes, ATTR_TAG_TAGS), tags, onProblem)
    const value = metadata.length > 0 ? ownValue(attributes, ATTR_METADATA) : undefined
    if (value !== undefined && value !== null) {
      const { entries, problems } = prepareMetadata(value)
      for (const [key, each] of entries) mapping.writeIfMissing(key, each)
      for (const [name, problem, what] of problems) onProblem(name, problem, value, what)
    }
    return mapping
  }
}

function addSession(
  mapping: Mapping,
  attributes: ReadableAttributes,
  { name, keys, conversation, extras, maxLength, pattern }: SessionPlan,
  id: string,
  onProblem: OnProblem,
): void {
  const isTooLong = id.length > maxLength
  if (isTooLong || (pattern !== undefined && !pattern.test(id))) {
    onProblem(name, isTooLong ? 'id-too-long' : 'id-not-allowed', id)
    // What a framework wrote there would file the span under another session.
    for (const key of keys) mapping.remove(key)
    return
  }
  for (const key of keys) if (ownValue(attributes, key) !== id) mapping.write(key, id)
  // The conversation of the span itself is written later, if it has another key.
  if (conversation !== undefined) mapping.writeIfMissing(conversation, id)
  for (const [key, value] of extras) mapping.writeIfMissing(key, value)
}

function removeSession(mapping: Mapping, { name, removedKeys }: SessionPlan, onProblem: OnProblem): void {
  const values = removedKeys.map((key) => mapping.remove(key))
  const value = values.find((each) => each !== undefined)
  if (value !== undefined) onProblem(name, 'cleared', value)
}

function copy(
  mapping: Mapping,
  value: unknown,
  plans: readonly KeyPlan[],
  problem: BackendProblem,
  onProblem: OnProblem,
): void {
  if (value === undefined || value === null || value === '') return
  for (const { name, key } of plans) {
    if (typeof value === 'string') mapping.writeIfMissing(key, value)
    else onProblem(name, problem, value)
  }
}

function addTags(mapping: Mapping, value: unknown, plans: readonly TagsPlan[], onProblem: OnProblem): void {
  if (value === undefined || value === null) return
  const { tags, problem } = readTags(value)
  for (const { name, key, form } of plans) {
    if (problem !== undefined) onProblem(name, problem, value)
    const fitting =
      form === 'comma-separated' && tags.some(hasComma) ? tags.filter((tag) => !hasComma(tag)) : tags
    if (fitting !== tags) onProblem(name, 'tag-with-comma', value)
    if (fitting.length > 0) mapping.writeIfMissing(key, tagsIn(form, fitting))
  }
}

function tagsIn(form: TagsPlan['form'], tags: readonly string[]): unknown {
  if (form === 'array') return tags
  return form === 'json' ? JSON.stringify(tags) : tags.join(',')
}

/** The tags that are not empty, copied because a proxy may throw at any time, and what is wrong with the others. */
function readTags(value: unknown): { tags: readonly string[]; problem?: BackendProblem } {
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

const TEXTS: Readonly<Record<BackendProblem, string>> = {
  'id-too-long': 'the session ID is longer than the backend accepts; it is left out',
  'id-not-allowed': 'the backend does not accept session IDs of this form; it is left out',
  cleared: "the backend's session is removed, because the application cleared the session",
  'conversation-not-a-string': 'gen_ai.conversation.id is not a string; it is left out',
  'user-not-a-string': 'user.id is not a string; it is left out',
  'tags-not-strings': 'tag.tags is not an array of strings; what is not a string is left out',
  'tag-with-comma': 'a tag with a comma is left out; the backend would read two tags',
  'tags-unreadable': 'reading the tags throws; they are left out',
  'metadata-key': 'a metadata key that would name a session, a user or a prototype is left out',
  'metadata-too-many': 'metadata keys after the first 128 are left out',
  'metadata-too-long': 'metadata is longer than 32 kB of JSON; it is left out',
  'metadata-not-an-object': 'metadata is not a JSON object; it is left out',
  'metadata-unserialisable': 'metadata cannot be written as JSON; it is left out',
  'attributes-unreadable': 'reading the attributes of a span throws; nothing is added to it',
}

/**
 * The log message of a problem: the kind of the value, never the value itself.
 *
 * @param what is logged instead of the kind of the value
 */
const problemText = (name: string, problem: BackendProblem, value: unknown, what = kindOf(value)): string =>
  `backend ${name}: ${TEXTS[problem]} (${what}); counted in stats().backends`
