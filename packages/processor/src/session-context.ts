import type { Context } from '@opentelemetry/api'
import { SCOPE_KEY, type SessionScope } from './scope.ts'

/**
 * A context that holds the scope and delegates everything else. `Context.setValue` of the API copies all
 * entries, so entering a scope would cost more the more the context carries. It never delegates to its own
 * kind, so that scopes entered from within scopes for ever make no chain.
 */
class SessionContext implements Context {
  readonly #parent: Context
  readonly #scope: SessionScope | undefined

  constructor(parent: Context, scope: SessionScope | undefined) {
    this.#parent = parent
    this.#scope = scope
  }

  getValue(key: symbol): unknown {
    return key === SCOPE_KEY ? this.#scope : this.#parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return key === SCOPE_KEY
      ? new SessionContext(this.#parent, value as SessionScope)
      : new SessionContext(this.#parent.setValue(key, value), this.#scope)
  }

  deleteValue(key: symbol): Context {
    return key === SCOPE_KEY ? this.#parent : new SessionContext(this.#parent.deleteValue(key), this.#scope)
  }

  static of(context: Context, scope: SessionScope): Context {
    return new SessionContext(#parent in context ? context.#parent : context, scope)
  }
}

/** The context with another scope in it. Pure. */
export function withScope(context: Context, scope: SessionScope): Context {
  return SessionContext.of(context, scope)
}
