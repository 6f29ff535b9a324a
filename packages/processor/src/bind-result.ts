import type { Context } from '@opentelemetry/api'
import { bindInPlace } from './bind-in-place.ts'
import { isNativePromise } from './native-promise.ts'

/**
 * What `fn` returned, bound to the context: a native Promise is followed, and what it resolves to is bound;
 * everything else comes back as the same object, bound if it is a stream. Nothing is started by it.
 */
export function bindResult<T>(result: T, inside: Context): T {
  if (isNativePromise(result)) return result.then((value) => bound(value, inside)) as T
  return bound(result, inside)
}

function bound<T>(value: T, inside: Context): T {
  bindInPlace(value, inside)
  return value
}
