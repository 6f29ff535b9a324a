import { type Context, createContextKey, type Span } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_LATE,
  ATTR_SESSION_PREVIOUS_ID,
  ATTR_TAG_TAGS,
  METADATA_MAX_LENGTH,
} from '@otel-sessions/semconv'
import type { SessionRecord } from '@otel-sessions/semconv/internal'
import { langChain } from '../langchain/hooks.ts'
import { limitTags } from './check-session.ts'
import type { CheckedSession, SessionFields } from './session-init.ts'

const SCOPE_VERSION = 3

/**
 * What a span needs to know about the scope that it starts in, merged with the outer scopes when the scope is
 * entered. It has no reference to an outer scope that sets no session, so nested scopes do not pile up in memory.
 */
export interface SessionScope {
  readonly version: typeof SCOPE_VERSION
  /** The innermost scope that sets or clears the session: this one, or an outer one to which it adds fields. */
  readonly decidingScope: SessionScope | undefined
  /** The session; undefined if it is cleared, or if no scope sets one. */
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
  /** The fields that were set since the active span became active, and the ID of that span. */
  readonly below: { readonly span: string; readonly fields: SessionFields | undefined } | undefined
  /** The sessions around this one, the innermost first; noted for LangChain only. */
  around: readonly string[] | undefined
  /** The record that the spans of this scope share; see `rules/make-record.ts`. */
  shared: SessionRecord | undefined
  /** Whether its function is over, and how that is known: it returned, or the Promise that it returned has settled. */
  over: 'returned' | 'settled' | undefined
  /** When it was over, by the clock of `now()`; after `returned`, when that first mattered. */
  overAt: number | undefined
}

/** The context key of the scope. It is registered by name, so that copies of this package read each other's scopes. */
export const SCOPE_KEY: symbol = createContextKey('otel-sessions.scope')

/** Reads the scope that a context is in. */
export function readScope(context: Context): SessionScope | undefined {
  const scope = context.getValue(SCOPE_KEY) as SessionScope | undefined
  return scope !== undefined && scope.version === SCOPE_VERSION ? scope : undefined
}

/** Makes the scope of a session that is entered inside another scope, while a span is active. */
export function nestScope(
  session: CheckedSession,
  outer: SessionScope | undefined,
  span: Span | undefined,
): SessionScope {
  const decides = session.kind !== 'fields'
  const fields = nestFields(session, outer?.fields, outer?.id)
  const scope = {
    version: SCOPE_VERSION,
    decidingScope: decides ? undefined : outer?.decidingScope,
    id: decides ? session.id : outer?.id,
    fields,
    below: fields && span && nestBelow(session, outer, span),
    around: undefined,
    shared: undefined,
    over: undefined,
    overAt: undefined,
  } as { -readonly [K in keyof SessionScope]: SessionScope[K] }
  if (decides) {
    scope.decidingScope = scope
    langChain.onScope?.(scope, outer)
  }
  return scope
}

function nestBelow(
  session: CheckedSession,
  outer: SessionScope | undefined,
  active: Span,
): SessionScope['below'] {
  try {
    const span = active.spanContext().spanId
    const around = outer?.below?.span === span ? outer.below.fields : undefined
    return { span, fields: nestFields(session, around, outer?.id) }
  } catch {
    // A span of another library that throws has no fields either.
    return undefined
  }
}

/**
 * Merges the fields of a scope with those around it. A cleared session drops all of those, because its user is not known.
 * Another session drops the outer conversation and previous session.
 */
function nestFields(
  { kind, id, fields }: CheckedSession,
  around: SessionFields | undefined,
  outerId: string | undefined,
): SessionFields | undefined {
  if (around === undefined || kind === 'cleared') return fields
  return mergeFields(kind === 'session' && id !== outerId ? fieldsForAnother(around) : around, fields)
}

/** Those of the fields that another session keeps. */
export function fieldsForAnother<Fields extends object>(fields: Fields): Fields {
  const {
    [ATTR_GEN_AI_CONVERSATION_ID]: _conversationId,
    [ATTR_SESSION_PREVIOUS_ID]: _previousId,
    [ATTR_SESSION_LATE]: _late,
    ...kept
  } = fields as SessionFields
  return kept as Fields
}

/** Merges fields; the inner ones take precedence. */
export function mergeFields(
  around: SessionFields | undefined,
  inner: SessionFields | undefined,
): SessionFields | undefined {
  if (around === undefined || inner === undefined) return inner ?? around
  const { [ATTR_METADATA]: metadata, [ATTR_TAG_TAGS]: tags } = around
  return {
    ...around,
    ...inner,
    ...(metadata && { [ATTR_METADATA]: mergeMetadata(metadata, inner[ATTR_METADATA]) }),
    ...(tags && { [ATTR_TAG_TAGS]: limitTags([...tags, ...(inner[ATTR_TAG_TAGS] ?? [])]) }),
  }
}

/** The most keys that can fit into the JSON of metadata, each as `"k":0,`. */
const MOST_KEYS = METADATA_MAX_LENGTH / 6

/** Nothing is added any more to what is too long for good: nested scopes without an end would cost ever more. */
function mergeMetadata(around: Metadata, inner: Metadata | undefined): Metadata {
  const outer = typeof around === 'string' ? JSON.parse(around) : around
  return Object.keys(outer).length > MOST_KEYS ? outer : { ...outer, ...(inner as object) }
}

type Metadata = NonNullable<SessionFields[typeof ATTR_METADATA]>
