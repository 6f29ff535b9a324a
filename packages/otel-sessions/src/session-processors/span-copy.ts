import type { ExportableSpan } from '@otel-sessions/exporter'

/** What copies of the spans of a class inherit. */
interface Base {
  readonly prototype: object
  /** The properties of a view that the class defines, mostly with getters: an assignment to a span would throw. */
  readonly names: readonly (keyof ExportableSpan)[]
}

/** By the prototype of the spans. */
const bases = new WeakMap<object, Base>()

/**
 * A copy of a span with what its view has. As of the span itself, a processor can use the methods, and the fields that it
 * has set on it in `onStart`, symbols and hidden fields included. It can write all properties. Never throws: a span that
 * cannot be copied is represented by the view.
 *
 * @param view the same span as a plain object, with other attributes
 */
export function copyOfSpan(span: ExportableSpan, view: ExportableSpan): ExportableSpan {
  try {
    const { prototype, names } = baseOf(Object.getPrototypeOf(span) ?? Object.prototype, view)
    // With the prototype in the literal: to set it afterwards takes twice as long.
    const copy = { __proto__: prototype, ...span, attributes: view.attributes }
    for (const name of names) copy[name] = view[name] as never
    copyHiddenFields(span, copy, view)
    return copy
  } catch {
    return view
  }
}

/** The same prototype, below properties that can be written. */
function baseOf(spanPrototype: object, view: ExportableSpan): Base {
  const known = bases.get(spanPrototype)
  if (known !== undefined) return known
  const names = (Object.keys(view) as Base['names']).filter((name) => name in spanPrototype)
  const prototype = Object.create(spanPrototype)
  for (const name of names) {
    Object.defineProperty(prototype, name, { value: undefined, writable: true, configurable: true })
  }
  const base = { prototype, names }
  bases.set(spanPrototype, base)
  return base
}

/**
 * Copies the fields that no loop over the properties finds. Sentry notes in such ones to which transaction and scope a
 * span belongs: without them, a transaction loses its user, its tags and its child spans.
 */
function copyHiddenFields(span: ExportableSpan, copy: object, view: object): void {
  // Most spans have none. To ask for all keys at once takes ten times as long.
  const hasHidden = Object.getOwnPropertyNames(span).length > Object.keys(span).length
  if (!hasHidden && Object.getOwnPropertySymbols(span).length === 0) return
  for (const key of Reflect.ownKeys(span)) {
    const field = Object.getOwnPropertyDescriptor(span, key)
    if (field === undefined || field.enumerable === true) continue
    const inView = Object.getOwnPropertyDescriptor(view, key)
    Object.defineProperty(copy, key, inView ?? field)
  }
}
