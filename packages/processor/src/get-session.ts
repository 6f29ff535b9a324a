import { type Context, context, trace } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_PREVIOUS_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  SESSION_ID_MAX_LENGTH,
} from '@otel-sessions/semconv'
import { logUnheard, readRecord, type StampedFields } from '@otel-sessions/semconv/internal'
import { DEFAULT_SETTINGS } from './options.ts'
import { fieldsOfChild } from './rules/inherit-fields.ts'
import { isDecided } from './rules/make-record.ts'
import { stampedFieldsOf } from './rules/stamp.ts'
import {
  explicitNow,
  fieldsInScope,
  inferFromSurroundings,
  scopeDecides,
  undecidedFields,
} from './rules/start-rules.ts'
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

/**
 * Returns the session that a span started now would get from its surroundings: the scope, the active span, or the
 * helper of another library (OpenInference, Langfuse, Traceloop). What the active span takes from its children does not
 * count, and neither do the new span's own attributes.
 *
 * @param from the context to look at; by default the active one
 * @returns undefined if there is no session, or if it is cleared. Never throws
 */
export function getSession(from: Context = context.active()): SessionInfo | undefined {
  logUnheard()
  try {
    const scope = readScope(from)
    const span = trace.getSpan(from)
    const record = span === undefined ? undefined : readRecord(span.spanContext())
    if (scope !== undefined && scopeDecides(scope, record)) {
      const { maxLength = SESSION_ID_MAX_LENGTH } = record?.settings.rule ?? {}
      if (scope.id !== undefined && scope.id.length > maxLength) return undefined
      const fields = span && record?.fields && fieldsInScope(scope, span, record)
      return infoOf(scope.id, scope.fields, fields, 'scope')
    }
    if (span !== undefined && record !== undefined && isDecided(record)) {
      const source = record.from === 'scope' ? 'scope' : 'span'
      return infoOf(explicitNow(span, record), undefined, fieldsOfChild(scope, span, record), source)
    }
    const id = inferFromSurroundings(from, span, record, record?.settings ?? DEFAULT_SETTINGS)?.id
    return infoOf(id, scope?.fields, record?.fields && undecidedFields(id, scope, span, record), 'inferred')
  } catch {
    return undefined
  }
}

function infoOf(
  sessionId: string | undefined,
  ofScope: SessionFields | undefined,
  stamped: StampedFields | undefined,
  source: SessionInfo['source'],
): SessionInfo | undefined {
  if (sessionId === undefined) return undefined
  const isOfScope = stamped === undefined || stamped === stampedFieldsOf(ofScope)
  const fields = (isOfScope ? ofScope : stamped) as SessionFields | undefined
  const metadata = fields?.[ATTR_METADATA]
  const tags = fields?.[ATTR_TAG_TAGS]
  return Object.freeze({
    sessionId,
    conversationId: fields?.[ATTR_GEN_AI_CONVERSATION_ID] ?? undefined,
    userId: fields?.[ATTR_USER_ID] ?? undefined,
    previousSessionId: ofScope?.[ATTR_SESSION_PREVIOUS_ID] ?? undefined,
    metadata: Object.freeze(typeof metadata === 'string' ? JSON.parse(metadata) : { ...metadata }),
    tags: tags === undefined ? NO_TAGS : Object.freeze([...tags]),
    source,
  })
}

const NO_TAGS: readonly string[] = Object.freeze([])
