import { type Context, createContextKey, type Span } from '@opentelemetry/api'
import { METADATA_MAX_LENGTH } from '@otel-sessions/semconv'
import { now, type SessionRecord } from '@otel-sessions/semconv/internal'
import { limitTags } from './check-session.ts'
import { noteEntered } from './entered-sessions.ts'
import type { CheckedSession, SessionFields } from './session-init.ts'

const SCOPE_VERSION = 2

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
  /** The sessions around this one, the innermost first, and no more than `MOST_ENCLOSING`. */
  readonly enclosing: readonly string[] | undefined
  /** The record that the spans of this scope share; see `rules/make-record.ts`. */
  shared: SessionRecord | undefined
  /** Whether its function is over, and how that is known: it returned, or the Promise that it returned has settled. */
  over: 'returned' | 'settled' | undefined
  /** When it was over, by the clock of `now()`; after `returned`, when that first mattered. */
  overAt: number | undefined
}

/** How many sessions around it a scope knows: a chain of scopes without an end must not pile up in memory. */
export const MOST_ENCLOSING = 16

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
  const scope = {
    version: SCOPE_VERSION,
    decidingScope: decides ? undefined : outer?.decidingScope,
    id: decides ? session.id : outer?.id,
    fields: nestFields(session, outer?.fields, outer?.id),
    below: span && (session.fields ?? outer?.below) && nestBelow(session, outer, span),
    enclosing: decides ? enclose(outer) : outer?.enclosing,
    shared: undefined,
    over: undefined,
    overAt: undefined,
  } as { -readonly [K in keyof SessionScope]: SessionScope[K] }
  if (decides) {
    scope.decidingScope = scope
    if (scope.id !== undefined) noteEntered(scope)
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

function enclose(outer: SessionScope | undefined): readonly string[] | undefined {
  if (outer?.id === undefined) return outer?.enclosing
  return [outer.id, ...(outer.enclosing ?? [])].slice(0, MOST_ENCLOSING)
}

/** Notes that the function of a scope is over. The clock is read for a Promise only: it costs half as much as a scope. */
export function endScope(scope: SessionScope | undefined, over: 'returned' | 'settled'): void {
  if (scope === undefined || scope.overAt === Number.POSITIVE_INFINITY) return
  scope.over = over
  if (over === 'settled') scope.overAt = now()
}

/** Notes that a scope has no end that can be known: a stream or a callback is bound to it. */
export function extendScope(scope: SessionScope | undefined): void {
  if (scope === undefined) return
  scope.over = undefined
  scope.overAt = Number.POSITIVE_INFINITY
}

/**
 * Merges the fields; the inner ones take precedence. A cleared session drops all outer fields, because its user is
 * not known. Another session drops the outer conversation and previous session.
 */
export function nestFields(
  { kind, id, fields: inner }: CheckedSession,
  around: SessionFields | undefined,
  outerId: string | undefined,
): SessionFields | undefined {
  if (around === undefined || kind === 'cleared') return inner
  const isAnother = kind === 'session' && id !== outerId
  if (inner === undefined && !isAnother) return around
  const ofSession = isAnother ? undefined : around
  return {
    conversationId: innermost(inner?.conversationId, ofSession?.conversationId),
    previousSessionId: innermost(inner?.previousSessionId, ofSession?.previousSessionId),
    userId: innermost(inner?.userId, around.userId),
    metadata: merge(inner?.metadata, around.metadata),
    tags: unite(inner?.tags, around.tags),
    late: innermost(inner?.late, ofSession?.late),
  }
}

const innermost = <T>(inner: T | undefined, outer: T | undefined) => (inner === undefined ? outer : inner)

/** Metadata whose keys alone exceed the limit: whatever an inner scope sets, no span can have it. */
const tooLong = new WeakSet<object>()

/** Merges metadata, but copies nothing any more once it is too long for good: nested scopes would cost ever more. */
function merge(
  inner: SessionFields['metadata'],
  outer: SessionFields['metadata'],
): SessionFields['metadata'] {
  if (inner === undefined || outer === undefined) return inner ?? outer
  if (tooLong.has(outer)) return outer
  const merged = { ...outer, ...inner }
  let shortest = 0
  // In JSON, `"key":0,` at least.
  for (const key in merged) shortest += key.length + 5
  if (shortest > METADATA_MAX_LENGTH) tooLong.add(merged)
  return merged
}

function unite(inner: SessionFields['tags'], outer: SessionFields['tags']): SessionFields['tags'] {
  return inner === undefined || outer === undefined ? (inner ?? outer) : limitTags([...outer, ...inner])
}
