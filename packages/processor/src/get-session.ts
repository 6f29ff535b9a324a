import { type Context, context, trace } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  SESSION_ID_MAX_LENGTH,
} from '@otel-sessions/semconv'
import { readRecord, type StampedFields } from '@otel-sessions/semconv/internal'
import { settingsOf } from './options.ts'
import { isDecided } from './rules/make-record.ts'
import { explicitNow, inferFromSurroundings, scopeDecides } from './rules/start-rules.ts'
import { readScope } from './scope/scope.ts'
import type { MetadataValue, SessionFields } from './scope/session-init.ts'

/** The active session, as `getSession` returns it. */
export interface SessionInfo {
  /** The session ID. */
  readonly sessionId: string
  /** The conversation in the session, if one was set. */
  readonly conversationId?: string | undefined
  /** The end user, if one was set. */
  readonly userId?: string | undefined
  /** The session before this one, if one was set. */
  readonly previousSessionId?: string | undefined
  /** Metadata, merged over nested scopes; empty if there is none. */
  readonly metadata: Readonly<Record<string, MetadataValue>>
  /** Tags, united over nested scopes; empty if there are none. */
  readonly tags: readonly string[]
  /** Where the session comes from: a scope, the active span, or inferred from another library or the active span. */
  readonly source: 'scope' | 'span' | 'inferred'
}

const DEFAULTS = settingsOf({ defaultSession: false })

/**
 * Returns the session that a span started now would get from its surroundings: the scope, the active span, or the
 * helper of another library (OpenInference, Langfuse, Traceloop). What the active span takes from its children does not
 * count, and neither do the new span's own attributes.
 *
 * @param from the context to look at; by default the active one
 * @returns undefined if there is no session, or if it is cleared. Never throws
 */
export function getSession(from: Context = context.active()): SessionInfo | undefined {
  try {
    const scope = readScope(from)
    const span = trace.getSpan(from)
    const record = span === undefined ? undefined : readRecord(span.spanContext())
    if (scope !== undefined && scopeDecides(scope, record)) {
      const { maxLength = SESSION_ID_MAX_LENGTH } = record?.settings.rule ?? {}
      return scope.id !== undefined && scope.id.length > maxLength
        ? undefined
        : infoOf(scope.id, scope.fields, 'scope')
    }
    if (span !== undefined && record !== undefined && isDecided(record)) {
      return infoOf(
        explicitNow(span, record),
        fieldsOf(record.fields),
        record.from === 'scope' ? 'scope' : 'span',
      )
    }
    const inferred = inferFromSurroundings(from, span, record, record?.settings ?? DEFAULTS)
    return infoOf(inferred?.id, scope?.fields, 'inferred')
  } catch {
    return undefined
  }
}

function infoOf(
  sessionId: string | undefined,
  fields: Partial<SessionFields> | undefined,
  source: SessionInfo['source'],
): SessionInfo | undefined {
  if (sessionId === undefined) return undefined
  return Object.freeze({
    sessionId,
    conversationId: fields?.conversationId ?? undefined,
    userId: fields?.userId ?? undefined,
    previousSessionId: fields?.previousSessionId ?? undefined,
    metadata: Object.freeze({ ...fields?.metadata }),
    tags: fields?.tags === undefined ? NO_TAGS : Object.freeze([...fields.tags]),
    source,
  })
}

const NO_TAGS: readonly string[] = Object.freeze([])

/** The fields behind the attributes that a record stamps. */
function fieldsOf(stamped: StampedFields | undefined): Partial<SessionFields> | undefined {
  if (stamped === undefined) return undefined
  const value = Object.fromEntries(stamped.entries)
  return {
    conversationId: value[ATTR_GEN_AI_CONVERSATION_ID] as string | undefined,
    userId: value[ATTR_USER_ID] as string | undefined,
    metadata: ATTR_METADATA in value ? (stamped.metadataValue as SessionFields['metadata']) : undefined,
    tags: value[ATTR_TAG_TAGS] as readonly string[] | undefined,
  }
}
