import { type Context, createContextKey, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { now, type SessionRecord } from '@otel-sessions/semconv/internal'
import { limitTags } from './check-session.ts'
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
  /** The record that the spans of this scope share; see `rules/make-record.ts`. */
  shared: SessionRecord | undefined
  /** Whether its function is over, and how that is known: it returned, or the Promise that it returned has settled. */
  over: 'returned' | 'settled' | undefined
  /** When it was over, by the clock of `now()`; after `returned`, when that first mattered. */
  overAt: number | undefined
}

/** The context key of the scope. It is registered by name, so that copies of this package read each other's scopes. */
const SCOPE_KEY: symbol = createContextKey('otel-sessions.scope')

/** Reads the scope that a context is in. */
export function readScope(context: Context): SessionScope | undefined {
  const scope = context.getValue(SCOPE_KEY) as SessionScope | undefined
  return scope !== undefined && scope.version === SCOPE_VERSION ? scope : undefined
}

/** Makes the scope of a session that is entered inside another scope. */
export function nestScope(session: CheckedSession, outer: SessionScope | undefined): SessionScope {
  const decides = session.kind !== 'fields'
  const scope = {
    version: SCOPE_VERSION,
    decidingScope: decides ? undefined : outer?.decidingScope,
    id: decides ? session.id : outer?.id,
    fields: nestFields(session, outer),
    shared: undefined,
    over: undefined,
    overAt: undefined,
  } as { -readonly [K in keyof SessionScope]: SessionScope[K] }
  if (decides) scope.decidingScope = scope
  return scope
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
function nestFields(session: CheckedSession, outer: SessionScope | undefined): SessionFields | undefined {
  const inner = session.fields
  const around = session.kind === 'cleared' ? undefined : outer?.fields
  if (around === undefined) return inner
  const isAnother = session.kind === 'session' && session.id !== outer?.id
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

function merge(
  inner: SessionFields['metadata'],
  outer: SessionFields['metadata'],
): SessionFields['metadata'] {
  return inner === undefined || outer === undefined ? (inner ?? outer) : { ...outer, ...inner }
}

function unite(inner: SessionFields['tags'], outer: SessionFields['tags']): SessionFields['tags'] {
  return inner === undefined || outer === undefined ? (inner ?? outer) : limitTags([...outer, ...inner])
}

/** The key under which the API keeps the active span. The API does not export it, so a probe notes what it writes. */
const SPAN_KEY = findSpanKey()

function findSpanKey(): symbol | undefined {
  let written: symbol | undefined
  const probe: Context = {
    getValue: () => undefined,
    setValue: (key) => {
      written = key
      return ROOT_CONTEXT
    },
    deleteValue: () => ROOT_CONTEXT,
  }
  trace.setSpan(probe, undefined as unknown as Span)
  return written
}

/**
 * A context that holds the scope and the active span itself, and delegates everything else. The API's `setValue`
 * copies all entries, so that a scope or a span would cost more the more the context carries. A `SessionContext`
 * never delegates to another one, so nested scopes make no chain.
 */
class SessionContext implements Context {
  readonly parent: Context
  readonly scope: SessionScope | undefined
  readonly span: unknown

  constructor(parent: Context, scope: SessionScope | undefined, span: unknown) {
    this.parent = parent
    this.scope = scope
    this.span = span
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span
    return key === SCOPE_KEY ? this.scope : this.parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN_KEY) return new SessionContext(this.parent, this.scope, value)
    if (key === SCOPE_KEY) return new SessionContext(this.parent, value as SessionScope, this.span)
    return new SessionContext(this.parent.setValue(key, value), this.scope, this.span)
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN_KEY || key === SCOPE_KEY) return this.setValue(key, undefined)
    return new SessionContext(this.parent.deleteValue(key), this.scope, this.span)
  }
}

/**
 * Returns the context with another scope in it. Pure.
 *
 * @param span the active span of the context
 */
export function withScope(context: Context, scope: SessionScope, span: Span | undefined): Context {
  return new SessionContext(context instanceof SessionContext ? context.parent : context, scope, span)
}

/**
 * Returns what a context of this package holds, without a look-up by key; undefined for any other context, and if the
 * API's key of the active span is unknown.
 */
export function contentsOf(context: Context): Pick<SessionContext, 'scope' | 'span'> | undefined {
  return SPAN_KEY !== undefined && context instanceof SessionContext ? context : undefined
}
