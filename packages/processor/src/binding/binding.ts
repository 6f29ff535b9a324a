import { type Context, context } from '@opentelemetry/api'
import { readScope, type SessionScope } from '../scope/scope.ts'

/** What an object is bound to. Binding it again by an explicit request changes it. */
export interface Binding {
  /** Where its source runs. Undefined if several scopes share it, and nobody knows whose consumption comes next. */
  inside: Context | undefined
  readonly scope: SessionScope | undefined
  /** The scope in which that one was entered. It may pass the object on. */
  around: SessionScope | undefined
  /** It was returned again, by an unrelated scope. */
  readonly shared: boolean
  /** How often it was returned and not consumed yet. */
  pending: number
  /** It was bound by an explicit request: of a Node stream the whole, not only its iterator. */
  whole?: boolean
}

/** @param outer the context in which the scope of `inside` was entered */
export function bindingTo(inside: Context, outer?: Context): Binding {
  return {
    inside,
    scope: readScope(inside),
    around: outer && readScope(outer),
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
  if (again.scope === binding.around) binding.around = again.around
  else
    Object.assign(
      binding,
      again,
      { shared: true, pending: pending + 1 },
      pending > 0 && { inside: undefined },
    )
}

/** Whether the caller is in a scope that has nothing to do with the binding. */
export function isElsewhere(binding: Binding): boolean {
  const own = readScope(context.active())
  return own !== undefined && own !== binding.around
}

/**
 * Returns where one consumption of an object runs that may be consumed several times: an iterable that is opened, an
 * Observable that is subscribed to. The first one runs in the session of the scope that returned it, wherever it is
 * consumed. A later one, in a scope of its own, runs there: the object is not that session's alone.
 *
 * @returns undefined where the consumer's own context is right
 */
export function claim(binding: Binding): Context | undefined {
  const { inside, shared, pending } = binding
  if ((shared || pending === 0) && isElsewhere(binding)) return undefined
  binding.pending = Math.max(0, pending - 1)
  if (shared) binding.inside = undefined
  return inside
}
