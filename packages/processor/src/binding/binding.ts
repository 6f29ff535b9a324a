import { type Context, context, trace } from '@opentelemetry/api'
import { nestScope, readScope, type SessionScope } from '../scope/scope.ts'
import { withScope } from '../scope/session-context.ts'

/**
 * Finds the ID of the session in a context; null if it is cleared. Set by the processor, without which no span has a
 * session: a bundle with `usingSession` alone has none of the rules.
 */
export const sessions: { idIn?: (context: Context) => string | null | undefined } = {}

/** What an object is bound to. Binding it again by an explicit request changes it. */
export interface Binding {
  /** Where its source runs. Undefined if several scopes share it, and nobody knows whose consumption comes next. */
  inside: Context | undefined
  readonly scope: SessionScope | undefined
  /** The scope in which that one was entered. It may pass the object on. */
  around: SessionScope | undefined
  /** The session there. */
  idAround: string | null | undefined
  /** It was returned again, by an unrelated scope. */
  readonly shared: boolean
  /** How often it was returned and not consumed yet. */
  pending: number
  /** It was pulled from. */
  pulled?: boolean
  /** It was bound by an explicit request: of a Node stream the whole, not only its iterator. */
  whole?: boolean
  /** It stays with that request, also if another scope returns it. */
  stays?: boolean
}

/** @param outer the context in which the scope of `inside` was entered */
export function bindingTo(inside: Context, outer?: Context): Binding {
  return {
    inside,
    scope: readScope(inside),
    around: outer && readScope(outer),
    idAround: outer && sessions.idIn?.(outer),
    shared: false,
    pending: 1,
  }
}

/**
 * Notes that a scope returned what an earlier scope has bound. A scope around that one passes on what is not its own.
 * Any other shares the object: each return is good for one consumption, and if two are open, for none. A span without
 * a session is better than one in another user's.
 */
export function returnAgain(binding: Binding, again: Binding): void {
  if (again.scope === binding.scope) return
  const { pending } = binding
  if (again.scope === binding.around) ({ around: binding.around, idAround: binding.idAround } = again)
  else
    Object.assign(
      binding,
      again,
      { shared: true, pending: pending + 1 },
      pending > 0 &&
        (binding.inside === undefined || again.scope?.id !== binding.scope?.id) && { inside: undefined },
    )
}

// A scope that adds fields to the session around is part of it.
const deciderOf = (scope: SessionScope | undefined) => scope?.decidingScope ?? scope

/** Whether the caller is in a scope, or in a session, that has nothing to do with the binding. */
function isElsewhere({ around, idAround }: Binding, own: SessionScope | undefined): boolean {
  if (own !== undefined && deciderOf(own) !== deciderOf(around)) return true
  const id = sessions.idIn?.(context.active())
  return id !== undefined && id !== idAround
}

/** Whether two contexts are in the same scope, and in the same session. */
export const isSameSession = (one: Context, other: Context): boolean =>
  readScope(one) === readScope(other) && sessions.idIn?.(one) === sessions.idIn?.(other)

/** Whether the caller's trace is another one than that in which the object was returned. */
export function isInAnotherTrace({ inside }: Binding): boolean {
  const [returned, own] = [inside, context.active()].map((one) => one && trace.getSpanContext(one)?.traceId)
  return returned !== undefined && own !== undefined && returned !== own
}

/**
 * Returns where one consumption of an object runs that may be consumed several times: an iterable that is opened, an
 * Observable that is subscribed to. The first one runs in the session of the scope that returned it. A later one, in a
 * scope of its own, runs there: the object is not that session's alone. So does the first, if it is part of another trace:
 * another request has found the object in a cache.
 *
 * @returns undefined where the consumer's own context is right
 */
export function claim(binding: Binding): Context | undefined {
  const { inside, shared, pending, whole } = binding
  const mayBeOthers = shared || pending === 0 || (!whole && isInAnotherTrace(binding))
  if (mayBeOthers && isElsewhere(binding, readScope(context.active()))) return undefined
  binding.pending = Math.max(0, pending - 1)
  if (shared) binding.inside = undefined
  return inside
}

/**
 * Makes a function that returns where a callback runs that the caller passes to a bound object: in the object's session,
 * unless the caller's scope sets or clears the session. If that scope only has fields, the session gets them.
 */
export function callbackContexts(binding: Binding): () => Context {
  let last: { own: SessionScope; inside: Context; merged: Context } | undefined
  return () => {
    const { inside, around } = binding
    const active = context.active()
    const own = readScope(active)
    if (inside === undefined || isElsewhere(binding, own?.decidingScope)) return active
    if (own === undefined || own === around) return inside
    const bound = readScope(inside)
    if (bound === undefined) return active
    // The same one again: a callback that is passed twice is one.
    if (last?.own !== own || last.inside !== inside) {
      const { decidingScope, id, fields } = bound
      const kind = decidingScope === undefined ? 'fields' : id === undefined ? 'cleared' : 'session'
      const scope = nestScope({ kind, id, fields }, own, undefined)
      last = { own, inside, merged: withScope(inside, scope, trace.getSpan(inside)) }
    }
    return last.merged
  }
}
