import type { Context } from '@opentelemetry/api'
import { bindInPlace } from './bind-in-place.ts'

/**
 * What `fn` returned, bound to the context. A native Promise is followed; a subclass, or a foreign thenable
 * such as the OpenAI SDK's lazy APIPromise, goes back untouched, because `then` would start it, or lose its
 * other methods.
 */
export function bindResult<T>(result: T, inside: Context): T {
  if (typeof result !== 'object' || result === null) return result
  if (isNativePromise(result)) return result.then((value) => bindInPlace(value, inside)) as T
  return bindInPlace(result, inside)
}

function isNativePromise(value: object): value is Promise<unknown> {
  try {
    return Object.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, 'then')
  } catch {
    return false
  }
}
