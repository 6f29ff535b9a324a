/**
 * Whether a value is a native Promise, which can be followed. A subclass, or a foreign thenable such as the
 * OpenAI SDK's lazy APIPromise, cannot: `then` would start it, or lose its other methods. Never throws.
 */
export function isNativePromise(value: unknown): value is Promise<unknown> {
  if (typeof value !== 'object' || value === null) return false
  try {
    return Object.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, 'then')
  } catch {
    return false
  }
}
