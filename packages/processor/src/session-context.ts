import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { SCOPE_KEY, type SessionScope } from './scope.ts'

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
