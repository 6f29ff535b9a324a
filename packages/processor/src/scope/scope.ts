import { type Context, createContextKey, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import type { SessionRecord } from '@otel-sessions/semconv/internal'
import { limitTags } from './check-session.ts'
import type { CheckedSession, SessionFields } from './session-init.ts'

const SCOPE_VERSION = 1

/**
 * The record of a scope: everything that a span needs to know of it, merged when the scope is entered. It
 * holds no outer scope, so a chain of scopes keeps nothing alive.
 */
export interface SessionScope {
  readonly version: typeof SCOPE_VERSION
  /** The innermost scope that states a session or its absence: this one, or the one that it extends. */
  readonly decidingScope: SessionScope | undefined
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
  const states = session.kind !== 'nothing'
  const scope = {
    version: SCOPE_VERSION,
    decidingScope: states ? undefined : outer?.decidingScope,
    id: states ? session.id : outer?.id,
    fields: fieldsOf(session, outer),
    shared: undefined,
  } as { -readonly [K in keyof SessionScope]: SessionScope[K] }
  if (states) scope.decidingScope = scope
  return scope
}

/**
 * The fields inside: inner ones win. Stated absence starts afresh: whose work it is, is not known, so nothing of
 * the outer user's is on it. Another session drops the outer conversation and previous session.
 */
function fieldsOf(session: CheckedSession, outer: SessionScope | undefined): SessionFields | undefined {
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

/** The key under which the API keeps the active span. It exports none, so it is asked which one it writes. */
const SPAN_KEY = askForSpanKey()

function askForSpanKey(): symbol | undefined {
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
 * A context that holds the scope and the active span, and delegates everything else. `Context.setValue` of the
 * API copies all entries, so entering a scope, or making a span active, would cost more the more the context
 * carries. It never delegates to its own kind, so that scopes entered from within scopes for ever make no chain.
 */
class SessionContext implements Context {
  readonly #parent: Context
  readonly scope: SessionScope | undefined
  readonly span: unknown

  constructor(parent: Context, scope: SessionScope | undefined, span: unknown) {
    this.#parent = parent
    this.scope = scope
    this.span = span
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span
    return key === SCOPE_KEY ? this.scope : this.#parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN_KEY) return new SessionContext(this.#parent, this.scope, value)
    if (key === SCOPE_KEY) return new SessionContext(this.#parent, value as SessionScope, this.span)
    return new SessionContext(this.#parent.setValue(key, value), this.scope, this.span)
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN_KEY || key === SCOPE_KEY) return this.setValue(key, undefined)
    return new SessionContext(this.#parent.deleteValue(key), this.scope, this.span)
  }

  static of(context: Context, scope: SessionScope, span: Span | undefined): Context {
    return new SessionContext(context instanceof SessionContext ? context.#parent : context, scope, span)
  }
}

/** The context, whose active span this is, with another scope in it. Pure. */
export function withScope(context: Context, scope: SessionScope, span: Span | undefined): Context {
  return SessionContext.of(context, scope, span)
}

/**
 * What a context of ours holds, without asking by key; undefined for any other. Where the API's key of the active
 * span is not known, it is not here either.
 */
export function contentsOf(context: Context): Pick<SessionContext, 'scope' | 'span'> | undefined {
  return SPAN_KEY !== undefined && context instanceof SessionContext ? context : undefined
}
