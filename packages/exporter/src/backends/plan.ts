import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
} from '@otel-sessions/semconv'
import type { BackendMetadata, BackendTags, SessionBackend } from './backend.ts'

/** The attributes that spans have without any backend. A backend may name them only where they belong. */
export const GENERIC_KEYS: readonly string[] = [
  ATTR_SESSION_ID,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_USER_ID,
  ATTR_TAG_TAGS,
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
]

/** Names through which an object's prototype can be reached. */
export const PROTOTYPE_NAMES: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** What one backend does with the session ID. */
export interface SessionPlan {
  readonly name: string
  /** The attributes to write. Never `session.id`, which validation writes. */
  readonly keys: readonly string[]
  /** The attributes to remove from spans whose session is cleared. */
  readonly removedKeys: readonly string[]
  /** Gets the session ID on spans without a conversation of their own. */
  readonly conversation: string | undefined
  readonly extras: readonly (readonly [key: string, value: string | number | boolean])[]
  readonly maxLength: number
  /** Matches the whole ID, and has no state. */
  readonly pattern: RegExp | undefined
}

/** Where a user or a conversation is written for one backend. */
export interface KeyPlan {
  readonly name: string
  readonly key: string
}

/** Where tags are written for one backend. */
export type TagsPlan = BackendTags & { readonly name: string }

/** Where metadata is written for one backend. */
export type MetadataPlan = BackendMetadata & {
  readonly name: string
  /** Names that no metadata key may have, with its prefix. */
  readonly reserved: ReadonlySet<string>
}

/** What is written for several backends. Each key belongs to the first backend that names it; session keys come first. */
export interface MappingPlan {
  /** The names of all backends. */
  readonly names: readonly string[]
  readonly sessions: readonly SessionPlan[]
  readonly conversations: readonly KeyPlan[]
  readonly users: readonly KeyPlan[]
  readonly tags: readonly TagsPlan[]
  readonly metadata: readonly MetadataPlan[]
}

/** The plan; undefined if the attributes that spans have anyway are enough for the backends. */
export function planMapping(backends: readonly SessionBackend[]): MappingPlan | undefined {
  const taken = new Set([...GENERIC_KEYS, ...backends.flatMap(({ session }) => session)])
  /** Takes a key, unless a backend before has it. */
  const take = (key: string | undefined): key is string => {
    if (key === undefined || taken.has(key)) return false
    taken.add(key)
    return true
  }
  const keysOf = (field: 'conversation' | 'user'): KeyPlan[] =>
    backends.flatMap(({ name, [field]: key }) => (take(key) ? [{ name, key }] : []))

  const conversations = keysOf('conversation')
  const sessions = backends.map((backend) => sessionPlan(backend, take)).filter(isNeeded)
  const users = keysOf('user')
  const tags = backends.flatMap(({ name, tags }) => (tags && take(tags.key) ? [{ name, ...tags }] : []))
  const described = backends.filter(
    ({ metadata }) => metadata && (metadata.form === 'attributes' || take(metadata.key)),
  )
  const reserved = new Set([...taken, ...backends.flatMap(({ alsoReads = [] }) => alsoReads)])
  const metadata = described.flatMap((backend) => metadataPlan(backend, reserved))
  const isEmpty = [sessions, conversations, users, tags, metadata].every(({ length }) => length === 0)
  if (isEmpty) return undefined
  return { names: backends.map(({ name }) => name), sessions, conversations, users, tags, metadata }
}

function sessionPlan(
  { name, session, alsoReads = [], conversation, conversationFromSession, extras, idRule }: SessionBackend,
  take: (key: string) => boolean,
): SessionPlan {
  const keys = session.filter((key) => key !== ATTR_SESSION_ID)
  return {
    name,
    keys,
    removedKeys: [...keys, ...alsoReads.filter((key) => key !== ATTR_SESSION_ID)],
    conversation: conversationFromSession ? (conversation ?? ATTR_GEN_AI_CONVERSATION_ID) : undefined,
    extras: Object.entries(extras ?? {}).filter(([key]) => take(key)),
    maxLength: idRule?.maxLength ?? Number.POSITIVE_INFINITY,
    pattern: idRule?.pattern && whole(idRule.pattern),
  }
}

/** A copy that matches the whole string. With the flags g or y a RegExp has state; with m it matches a single line. */
function whole({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replace(/[gym]/g, ''))
}

function isNeeded({ removedKeys, conversation, extras, maxLength, pattern }: SessionPlan): boolean {
  const isRestricted = maxLength !== Number.POSITIVE_INFINITY || pattern !== undefined
  return removedKeys.length > 0 || conversation !== undefined || extras.length > 0 || isRestricted
}

function metadataPlan(
  { name, session, metadata }: SessionBackend,
  reserved: ReadonlySet<string>,
): MetadataPlan[] {
  if (metadata === undefined) return []
  if (metadata.form === 'attributes') return [{ name, ...metadata, reserved }]
  return [{ name, ...metadata, reserved: new Set([ATTR_SESSION_ID, ...session]) }]
}
