import type { ExportableSpan } from '@otel-sessions/exporter'
import { SdkSpanFields } from './sdk-span.ts'

/** How the spans of a class are copied. */
interface Copier {
  /** A copy with most of a span's fields. */
  copy(span: ExportableSpan, view: ExportableSpan): ExportableSpan
  /** How many fields of its own a span has if the copy has all of them; undefined if that is to be looked up. */
  readonly ownFields: number | undefined
}

/** By the prototype of the spans. */
const copiers = new WeakMap<object, Copier>()

/**
 * A copy of a span with what its view has. As of the span itself, a processor can use the methods, and the fields that it
 * has set on it in `onStart`, symbols and hidden fields included. It can write all properties. Never throws: a span that
 * cannot be copied is represented by the view.
 *
 * @param view the same span as a plain object, with other attributes
 */
export function copyOfSpan(span: ExportableSpan, view: ExportableSpan): ExportableSpan {
  try {
    const { copy: copyMost, ownFields } = copierOf(span, view)
    const copy = copyMost(span, view)
    const names = Object.getOwnPropertyNames(span)
    // To ask for names and symbols at once takes ten times as long.
    if (names.length !== ownFields) for (const name of names) copyField(span, copy, name)
    const symbols = Object.getOwnPropertySymbols(span)
    if (symbols.length > 0) for (const symbol of symbols) copyField(span, copy, symbol)
    return copy
  } catch {
    return view
  }
}

function copierOf(span: ExportableSpan, view: ExportableSpan): Copier {
  const spanPrototype = Object.getPrototypeOf(span) ?? Object.prototype
  let copier = copiers.get(spanPrototype)
  if (copier === undefined) {
    copier = sdkCopier(span, spanPrototype) ?? anyCopier(view, spanPrototype)
    copiers.set(spanPrototype, copier)
  }
  return copier
}

/** For a class whose spans have the fields of the SDK's: what holds for one of them holds for all. Undefined for others. */
function sdkCopier(span: ExportableSpan, spanPrototype: object): Copier | undefined {
  const fields = Object.keys(new SdkSpanFields(span, undefined))
  if (!fields.every((name) => name in span)) return undefined
  class SpanCopy extends SdkSpanFields {}
  // Copies inherit that of the span.
  Reflect.deleteProperty(SpanCopy.prototype, 'constructor')
  const inherited = inheritWritable(SpanCopy.prototype, spanPrototype, fields)
  const copy: Copier['copy'] = (of, { attributes }) =>
    new SpanCopy(of, attributes) as object as ExportableSpan
  return isUsable(copy(span, span), span) ? { copy, ownFields: fields.length - inherited.length } : undefined
}

/**
 * Whether the methods of a copy work. Those of a class may read what is private to the span itself, and plain objects have
 * none that copies inherit.
 */
function isUsable(copy: ExportableSpan, span: ExportableSpan): boolean {
  try {
    return copy.spanContext() === span.spanContext()
  } catch {
    return false
  }
}

/** For any other class. */
function anyCopier(view: ExportableSpan, spanPrototype: object): Copier {
  const prototype = {}
  const names = inheritWritable(prototype, spanPrototype, Object.keys(view) as (keyof ExportableSpan)[])
  return {
    ownFields: undefined,
    copy(span, view) {
      const copy = spreadOf(span, prototype)
      copy['attributes'] = view.attributes
      for (const name of names) copy[name] = view[name]
      return copy as object as ExportableSpan
    },
  }
}

/** An object with the fields of a span. If one of them throws, with none: they are copied one by one then. */
function spreadOf(span: ExportableSpan, prototype: object): Record<string, unknown> {
  try {
    // With the prototype in the literal: to set it afterwards takes twice as long.
    return { __proto__: prototype, ...span }
  } catch {
    return Object.create(prototype)
  }
}

/**
 * Lets an object inherit from the prototype of spans. Where that has getters, an assignment to what inherits would throw.
 *
 * @param names of the properties that are to be writable
 * @returns those of them that are inherited
 */
function inheritWritable<N extends string>(to: object, spanPrototype: object, names: readonly N[]): N[] {
  Object.setPrototypeOf(to, spanPrototype)
  const inherited = names.filter((name) => name in spanPrototype)
  for (const name of inherited) {
    Object.defineProperty(to, name, { value: undefined, writable: true, configurable: true })
  }
  return inherited
}

/**
 * Copies a field that the copy does not have. Sentry notes in hidden ones to which transaction and scope a span belongs:
 * without them, a transaction loses its user, its tags and its child spans.
 */
function copyField(span: object, copy: object, key: string | symbol): void {
  if (Object.hasOwn(copy, key)) return
  const field = Object.getOwnPropertyDescriptor(span, key) ?? {}
  Object.defineProperty(copy, key, 'value' in field ? { ...field, writable: true } : field)
}
