/**
 * Whether a value is a native Promise and no more, so that it can be followed. A subclass, a foreign thenable
 * such as the OpenAI SDK's lazy APIPromise, or a Promise with methods of its own such as ky's, cannot: following
 * would start it, or lose its other methods. Never throws.
 */
export function isNativePromise(value: unknown): value is Promise<unknown> {
  if (typeof value !== 'object' || value === null) return false
  try {
    // Symbols are left to Node's async hooks, which mark promises with them.
    return (
      Object.getPrototypeOf(value) === Promise.prototype && Object.getOwnPropertyNames(value).length === 0
    )
  } catch {
    return false
  }
}
