import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { checkProvider, checkSpan } from './check-provider.ts'
import { SCOPE_KEY, type SessionScope } from './scope.ts'

type Entries = Map<symbol, unknown>

/** What the methods of a context read. The API's contexts have it too, and published code writes to it. */
interface OpenContext extends Context {
  _currentContext?: Entries | undefined
}

/** The key under which the API keeps the active span. The API does not export it, so a context shows it. */
const [SPAN_KEY] = (
  (trace.setSpan(ROOT_CONTEXT, undefined as never) as OpenContext)._currentContext ?? []
).keys() as Iterable<symbol>

/**
 * The entries of a `SessionContext`: the scope and the active span in fields, the others where the outer context has
 * them. It looks like a Map, and copies all entries into one when more than `get` is asked of it: a copy for each scope
 * and each span would cost more the more the context carries.
 */
class ScopeEntries {
  readonly #outer: Context
  readonly #scope: SessionScope | undefined
  readonly #span: unknown
  /** All entries, once somebody may have written to them. */
  #map: Entries | undefined
  /** The method of the context, which may be replaced there. */
  getValue: Context['getValue'] | undefined

  constructor(outer: Context, scope: SessionScope | undefined, span: unknown, map?: Entries) {
    this.#outer = outer
    this.#scope = scope
    this.#span = span
    this.#map = map
    this.getValue = undefined
  }

  /** The context that has the other entries. */
  get outer(): Context {
    return this.#outer
  }

  get scope(): SessionScope | undefined {
    return this.#scope
  }

  get span(): unknown {
    return this.#span
  }

  get(key: symbol): unknown {
    if (this.#map !== undefined) return this.#map.get(key)
    if (key === SPAN_KEY) {
      if (this.#scope?.shared === undefined) checkProvider(this.#scope)
      return this.#span
    }
    return key === SCOPE_KEY ? this.#scope : this.#outer.getValue(key)
  }

  toMap(): Entries {
    if (this.#map !== undefined) return this.#map
    const outer = (this.#outer as OpenContext)._currentContext
    const map: Entries = new Map(outer instanceof Map ? outer : [])
    if (SPAN_KEY !== undefined && this.#span !== undefined) map.set(SPAN_KEY, this.#span)
    if (this.#scope !== undefined) map.set(SCOPE_KEY, this.#scope)
    // A context of another kind may keep entries to itself.
    if (outer instanceof Map) this.#map = map
    return map
  }

  /** Node calls it to print the entries. */
  [Symbol.for('nodejs.util.inspect.custom')](): Entries {
    return this.toMap()
  }

  /** The entries, if nothing was copied yet, and so nobody wrote to them. */
  static live(entries: object | undefined): ScopeEntries | undefined {
    // `instanceof` alone answers for a proxy too; asked of every other Map, `in` costs 40 ns.
    return entries instanceof ScopeEntries && #map in entries && entries.#map === undefined
      ? entries
      : undefined
  }
}

for (const name of Reflect.ownKeys(Map.prototype)) {
  if (name === 'get') continue
  const descriptor =
    name === 'constructor'
      ? { value: Map }
      : {
          get(this: ScopeEntries) {
            const map = this.toMap()
            const member: unknown = Reflect.get(map, name)
            return typeof member === 'function' ? member.bind(map) : member
          },
        }
  Object.defineProperty(ScopeEntries.prototype, name, descriptor)
}
Object.setPrototypeOf(ScopeEntries.prototype, Map.prototype)

/**
 * A context that holds the scope and the active span itself. Everything that works on a context of the API works on it:
 * it has the same own properties, so methods can be taken off it, it can be copied, and be a prototype. It never
 * delegates to another one, so nested scopes make no chain.
 */
function SessionContext(this: Context & { _currentContext: Entries }, entries: ScopeEntries) {
  this._currentContext = entries as unknown as Entries
  this.getValue = entries.getValue = (key) => this._currentContext.get(key)
  this.setValue = (key, value) => withChange(this._currentContext, 'set', key, value)
  this.deleteValue = (key) => withChange(this._currentContext, 'delete', key)
}
SessionContext.prototype = Object.getPrototypeOf(ROOT_CONTEXT)

const contextOf = (entries: ScopeEntries): Context =>
  new (SessionContext as unknown as new (entries: ScopeEntries) => Context)(entries)

const inside = (outer: Context, scope: SessionScope | undefined, span: unknown) =>
  contextOf(new ScopeEntries(outer, scope, span))

/** A context with an entry set or deleted. */
function withChange(entries: Entries, method: 'set' | 'delete', key: symbol, value?: unknown): Context {
  const live = ScopeEntries.live(entries)
  if (live === undefined || (method === 'set' && value === undefined)) {
    // The slow way, for entries that somebody wrote to.
    const map = new Map(entries)
    map[method](key, value)
    return contextOf(new ScopeEntries(ROOT_CONTEXT, undefined, undefined, map))
  }
  const { outer, scope, span } = live
  if (key === SPAN_KEY) {
    if (scope?.shared === undefined) checkSpan(value as Span)
    return inside(outer, scope, value)
  }
  if (key === SCOPE_KEY) return inside(outer, value as SessionScope | undefined, span)
  return inside(method === 'set' ? outer.setValue(key, value) : outer.deleteValue(key), scope, span)
}

/**
 * Returns the context with another scope in it. Pure.
 *
 * @param span the active span of the context
 */
export function withScope(context: Context, scope: SessionScope, span: Span | undefined): Context {
  return inside(contentsOf(context)?.outer ?? context, scope, span)
}

/**
 * Returns what a context of this package holds, without a look-up by key; undefined for any other context, and if the
 * API's key of the active span is unknown.
 */
export function contentsOf(context: Context): Pick<ScopeEntries, 'outer' | 'scope' | 'span'> | undefined {
  const entries = ScopeEntries.live((context as OpenContext)._currentContext)
  return SPAN_KEY !== undefined && entries?.getValue === context.getValue ? entries : undefined
}
