/** Attributes of a span, as an object; only own properties are read. */
export type ReadableAttributes = Readonly<Record<string, unknown>>

const isOwn = Object.prototype.hasOwnProperty

/**
 * An attribute's own value. What a prototype says is nobody's attribute: where something has polluted
 * `Object.prototype`, every span would be in its session.
 */
export function ownValue(attributes: ReadableAttributes, key: string): unknown {
  const value = attributes[key]
  return value === undefined || isOwn.call(attributes, key) ? value : undefined
}
