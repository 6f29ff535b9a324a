import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_SESSION_ID } from '@otel-sessions/semconv'
import type { BackendMetadata, BackendTags, SessionBackend } from './backends/backend.ts'
import { GENERIC_KEYS } from './dialect-keys.ts'

/** What one dialect does with the session ID. */
export interface SessionPlan {
  readonly name: string
  /** Never `session.id`: that one is the gate's. */
  readonly keys: readonly string[]
  /** What is taken away where the application says that there is no session. */
  readonly denied: readonly string[]
  /** Gets the session ID on a span without a conversation of its own. */
  readonly conversation: string | undefined
  readonly extras: readonly (readonly [key: string, value: string | number | boolean])[]
  readonly maxLength: number
  /** Holds for the whole ID, and remembers nothing. */
  readonly pattern: RegExp | undefined
}

/** A place for a user or a conversation. */
export interface KeyPlan {
  readonly name: string
  readonly key: string
}

/** A place for tags. */
export type TagsPlan = BackendTags & { readonly name: string }

/** A place for metadata. */
export type MetadataPlan = BackendMetadata & {
  readonly name: string
  /** Names that no metadata key, with its prefix, may have. */
  readonly reserved: ReadonlySet<string>
}

/** Several dialects made ready for writing: each key is written by the first that has it, the session before all. */
export interface DialectPlan {
  /** What all of them are called. */
  readonly names: readonly string[]
  readonly sessions: readonly SessionPlan[]
  readonly conversations: readonly KeyPlan[]
  readonly users: readonly KeyPlan[]
  readonly tags: readonly TagsPlan[]
  readonly metadata: readonly MetadataPlan[]
}

/** The plan, or undefined where the attributes as they are stamped are all that the dialects want. */
export function planDialects(dialects: readonly SessionBackend[]): DialectPlan | undefined {
  const taken = new Set([...GENERIC_KEYS, ...dialects.flatMap(({ session }) => session)])
  /** Whether nobody before has the key; from now on somebody has. */
  const take = (key: string | undefined): key is string => {
    if (key === undefined || taken.has(key)) return false
    taken.add(key)
    return true
  }
  const keysOf = (field: 'conversation' | 'user'): KeyPlan[] =>
    dialects.flatMap(({ name, [field]: key }) => (take(key) ? [{ name, key }] : []))

  const conversations = keysOf('conversation')
  const sessions = dialects.map((dialect) => sessionPlan(dialect, take)).filter(isNeeded)
  const users = keysOf('user')
  const tags = dialects.flatMap(({ name, tags }) => (tags && take(tags.key) ? [{ name, ...tags }] : []))
  const described = dialects.filter(
    ({ metadata }) => metadata && (metadata.form === 'attributes' || take(metadata.key)),
  )
  const reserved = new Set([...taken, ...dialects.flatMap(({ alsoReads = [] }) => alsoReads)])
  const metadata = described.flatMap((dialect) => metadataPlan(dialect, reserved))
  const isEmpty = [sessions, conversations, users, tags, metadata].every(({ length }) => length === 0)
  if (isEmpty) return undefined
  return { names: dialects.map(({ name }) => name), sessions, conversations, users, tags, metadata }
}

function sessionPlan(
  { name, session, alsoReads = [], conversation, conversationFromSession, extras, idRule }: SessionBackend,
  take: (key: string) => boolean,
): SessionPlan {
  const keys = session.filter((key) => key !== ATTR_SESSION_ID)
  return {
    name,
    keys,
    denied: [...keys, ...alsoReads.filter((key) => key !== ATTR_SESSION_ID)],
    conversation: conversationFromSession ? (conversation ?? ATTR_GEN_AI_CONVERSATION_ID) : undefined,
    extras: Object.entries(extras ?? {}).filter(([key]) => take(key)),
    maxLength: idRule?.maxLength ?? Number.POSITIVE_INFINITY,
    pattern: idRule?.pattern && whole(idRule.pattern),
  }
}

/** With the flags g or y a RegExp remembers where it was, with m it is content with a line. */
function whole({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replace(/[gym]/g, ''))
}

function isNeeded({ denied, conversation, extras, maxLength, pattern }: SessionPlan): boolean {
  const isRestricted = maxLength !== Number.POSITIVE_INFINITY || pattern !== undefined
  return denied.length > 0 || conversation !== undefined || extras.length > 0 || isRestricted
}

function metadataPlan(
  { name, session, metadata }: SessionBackend,
  reserved: ReadonlySet<string>,
): MetadataPlan[] {
  if (metadata === undefined) return []
  if (metadata.form === 'attributes') return [{ name, ...metadata, reserved }]
  return [{ name, ...metadata, reserved: new Set([ATTR_SESSION_ID, ...session]) }]
}
