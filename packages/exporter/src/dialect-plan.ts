import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  type DialectMetadata,
  type DialectTags,
  type SessionDialect,
} from '@otel-sessions/semconv'

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
  readonly pattern: RegExp | undefined
}

/** A place for tags. */
export type TagsPlan = DialectTags & { readonly name: string }

/** A place for metadata. */
export type MetadataPlan = DialectMetadata & {
  readonly name: string
  /** Names that no metadata key, with its prefix, may have. */
  readonly reserved: ReadonlySet<string>
}

/** Several dialects made ready for writing: each key is written by the first that has it, the session before all. */
export interface DialectPlan {
  readonly sessions: readonly SessionPlan[]
  readonly conversations: readonly string[]
  readonly users: readonly string[]
  readonly tags: readonly TagsPlan[]
  readonly metadata: readonly MetadataPlan[]
}

const GENERIC = [
  ATTR_SESSION_ID,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_USER_ID,
  ATTR_TAG_TAGS,
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
]

/** The plan, or undefined where the attributes as they are stamped are all that the dialects want. */
export function planDialects(dialects: readonly SessionDialect[]): DialectPlan | undefined {
  const taken = new Set([...GENERIC, ...dialects.flatMap(({ session }) => session)])
  const free = (key: string | undefined): key is string => key !== undefined && !taken.has(key)
  /** What does not have its key taken by somebody before it. */
  const firstOf = <T extends { readonly key: string }>(wanted: readonly T[]): T[] =>
    wanted.filter(({ key }) => free(key) && taken.add(key))
  const keysOf = (wanted: readonly (string | undefined)[]) =>
    firstOf(wanted.filter(free).map((key) => ({ key }))).map(({ key }) => key)

  const conversations = keysOf(dialects.map(({ conversation }) => conversation))
  const sessions = dialects.map((dialect) => sessionPlan(dialect, (key) => free(key) && !!taken.add(key)))
  const users = keysOf(dialects.map(({ user }) => user))
  const tags = firstOf(dialects.flatMap(({ name, tags }) => (tags ? [{ name, ...tags }] : [])))
  const json = firstOf(
    dialects.flatMap(({ name, metadata }) => (metadata?.form === 'json' ? [{ name, ...metadata }] : [])),
  )
  const reserved = new Set([...taken, ...dialects.flatMap(({ alsoReads = [] }) => alsoReads)])
  const metadata = dialects.flatMap((dialect) => metadataPlan(dialect, json, reserved))
  const works = sessions.filter(isNeeded)
  const isEmpty = [works, conversations, users, tags, metadata].every(({ length }) => length === 0)
  return isEmpty ? undefined : { sessions: works, conversations, users, tags, metadata }
}

function sessionPlan(
  { name, session, alsoReads = [], conversation, conversationFromSession, extras, idRule }: SessionDialect,
  take: (key: string) => boolean,
): SessionPlan {
  const keys = session.filter((key) => key !== ATTR_SESSION_ID)
  return {
    name,
    keys,
    denied: [...keys, ...alsoReads.filter((key) => !GENERIC.includes(key as never))],
    conversation: conversationFromSession ? (conversation ?? ATTR_GEN_AI_CONVERSATION_ID) : undefined,
    extras: Object.entries(extras ?? {}).filter(([key]) => take(key)),
    maxLength: idRule?.maxLength ?? Number.POSITIVE_INFINITY,
    pattern: idRule?.pattern,
  }
}

function isNeeded({ denied, conversation, extras, maxLength, pattern }: SessionPlan): boolean {
  const isRestricted = maxLength !== Number.POSITIVE_INFINITY || pattern !== undefined
  return denied.length > 0 || conversation !== undefined || extras.length > 0 || isRestricted
}

function metadataPlan(
  { name, session, metadata }: SessionDialect,
  json: readonly { readonly name: string; readonly key: string }[],
  reserved: ReadonlySet<string>,
): MetadataPlan[] {
  if (metadata === undefined) return []
  if (metadata.form === 'attributes') return [{ name, ...metadata, reserved }]
  const isFirst = json.some((first) => first.name === name && first.key === metadata.key)
  return isFirst ? [{ name, ...metadata, reserved: new Set([ATTR_SESSION_ID, ...session]) }] : []
}
