import { type Context, createContextKey } from '@opentelemetry/api'
import type { SessionRecord } from '@otel-sessions/semconv/internal'
import { limitTags } from './check-fields.ts'
import type { SessionFields } from './fields.ts'
import type { CheckedSession } from './session-init.ts'

const SCOPE_VERSION = 1

/**
 * The record of a scope: everything that a span needs to know of it, merged when the scope is entered. It
 * holds no outer scope, so a chain of scopes keeps nothing alive.
 */
export interface SessionScope {
  readonly version: typeof SCOPE_VERSION
  /** The innermost scope that states a session or its absence: this one, or the one that it extends. */
  readonly stating: SessionScope | undefined
  /** The stated session; undefined when this scope states absence, or when none states anything. */
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
  /** The record that spans of this scope share; see `records.ts`. */
  shared: SessionRecord | undefined
}

/** Registered under its name, so that two copies of this package find each other's scopes. */
export const SCOPE_KEY: symbol = createContextKey('otel-sessions.scope')

/** The scope that a context is in. */
export function readScope(context: Context): SessionScope | undefined {
  const scope = context.getValue(SCOPE_KEY) as SessionScope | undefined
  return scope !== undefined && scope.version === SCOPE_VERSION ? scope : undefined
}

/** The scope that a checked session makes inside another. */
export function nestScope(session: CheckedSession, outer: SessionScope | undefined): SessionScope {
  const states = session.states !== 'nothing'
  const scope = {
    version: SCOPE_VERSION,
    stating: states ? undefined : outer?.stating,
    id: states ? session.id : outer?.id,
    fields: fieldsOf(session, outer),
    shared: undefined,
  } as { -readonly [K in keyof SessionScope]: SessionScope[K] }
  if (states) scope.stating = scope
  return scope
}

/**
 * The fields inside: inner ones win. Stated absence starts afresh: whose work it is, is not known, so nothing of
 * the outer user's is on it. Another session drops the outer conversation and previous session.
 */
function fieldsOf(session: CheckedSession, outer: SessionScope | undefined): SessionFields | undefined {
  const inner = session.fields
  const around = session.states === 'cleared' ? undefined : outer?.fields
  if (around === undefined) return inner
  const isAnother = session.states === 'session' && session.id !== outer?.id
  if (inner === undefined && !isAnother) return around
  const ofSession = isAnother ? undefined : around
  return {
    conversationId: innermost(inner?.conversationId, ofSession?.conversationId),
    previousSessionId: innermost(inner?.previousSessionId, ofSession?.previousSessionId),
    userId: innermost(inner?.userId, around.userId),
    metadata: merged(inner?.metadata, around.metadata),
    tags: united(inner?.tags, around.tags),
    late: innermost(inner?.late, ofSession?.late),
  }
}

const innermost = <T>(inner: T | undefined, outer: T | undefined) => (inner === undefined ? outer : inner)

function merged(
  inner: SessionFields['metadata'],
  outer: SessionFields['metadata'],
): SessionFields['metadata'] {
  if (inner === undefined || outer === undefined) return inner ?? outer
  return { ...outer, ...inner }
}

function united(inner: SessionFields['tags'], outer: SessionFields['tags']): SessionFields['tags'] {
  return inner === undefined || outer === undefined ? (inner ?? outer) : limitTags([...outer, ...inner])
}
