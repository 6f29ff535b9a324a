import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_LATE,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  METADATA_MAX_LENGTH,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import { ownValue, type StampedFields } from '@otel-sessions/semconv/internal'
import { report } from './report.ts'

/** A value that metadata may hold. */
export type MetadataValue = string | number | boolean

/** What a scope says beside the session ID, checked. In place of an ID, null takes the outer one away. */
export interface SessionFields {
  readonly conversationId: string | null | undefined
  readonly userId: string | null | undefined
  readonly previousSessionId: string | null | undefined
  readonly metadata: Readonly<Record<string, MetadataValue>> | undefined
  readonly tags: readonly string[] | undefined
  /** The session had ended when the scope was entered. Said by a `Session` alone. */
  readonly late?: true | undefined
}

const stampedFields = new WeakMap<SessionFields, { readonly stamped: StampedFields | undefined }>()

/** The attributes to stamp, made at the first span that needs them and kept with the fields. */
export function stampedOf(fields: SessionFields | undefined): StampedFields | undefined {
  if (fields === undefined) return undefined
  const made = stampedFields.get(fields)
  if (made !== undefined) return made.stamped
  const stamped = makeStamped(fields)
  stampedFields.set(fields, { stamped })
  return stamped
}

function makeStamped(fields: SessionFields): StampedFields | undefined {
  const entries: [...StampedFields['entries'][number]][] = []
  if (typeof fields.conversationId === 'string')
    entries.push([ATTR_GEN_AI_CONVERSATION_ID, fields.conversationId])
  if (typeof fields.userId === 'string') entries.push([ATTR_USER_ID, fields.userId])
  const metadata = metadataJson(fields.metadata)
  if (metadata !== undefined) entries.push([ATTR_METADATA, metadata])
  if (fields.tags !== undefined) entries.push([ATTR_TAG_TAGS, fields.tags])
  if (fields.late) entries.push([ATTR_SESSION_LATE, true])
  return entries.length === 0 ? undefined : stampedFrom(entries, fields.metadata)
}

function metadataJson(metadata: SessionFields['metadata']): string | undefined {
  if (metadata === undefined) return undefined
  const json = JSON.stringify(metadata)
  if (json.length <= METADATA_MAX_LENGTH) return json
  report('metadata:too-long', () => {
    return `metadata is left out, that of outer scopes as well: together its JSON has ${json.length} characters, ${METADATA_MAX_LENGTH} are allowed`
  })
  return undefined
}

/** Of the fields those that a span does not have yet. */
export function unlessPresent(stamped: StampedFields, attributes: ReadableAttributes): StampedFields {
  return stampedFrom(
    stamped.entries.filter(([key]) => ownValue(attributes, key) === undefined),
    stamped.metadataValue,
  )
}

/** Fields that were stamped earlier, with others in their place where both have them. */
export function replaceFields(before: StampedFields | undefined, by: StampedFields): StampedFields {
  if (before === undefined) return by
  const entries = [...new Map([...before.entries, ...by.entries])]
  return stampedFrom(entries, by.metadataValue ?? before.metadataValue)
}

function stampedFrom(
  entries: StampedFields['entries'],
  metadataValue: StampedFields['metadataValue'],
): StampedFields {
  const value = (key: string) => entries.find((entry) => entry[0] === key)?.[1] as string | undefined
  const metadata = value(ATTR_METADATA)
  return {
    entries,
    conversationId: value(ATTR_GEN_AI_CONVERSATION_ID),
    kept: undefined,
    metadata,
    metadataValue: metadata === undefined ? undefined : metadataValue,
  }
}
