import type { Context } from '@opentelemetry/api'
import { bindInPlace } from './bind-in-place.ts'

/**
 * What `fn` returned, bound to the context. A native Promise is followed. A subclass, or a foreign thenable
 * such as the OpenAI SDK's lazy APIPromise, goes back untouched: `then` would start it, or lose its other
 * methods.
 */
export function bindResult<T>(result: T, inside: Context): T {
  if (typeof result !== 'object' || result === null) return result
  const kind = kindOfResult(result)
  if (kind === 'promise')
    return (result as unknown as Promise<unknown>).then((value) => bindInPlace(value, inside)) as T
  return kind === 'thenable' ? result : bindInPlace(result, inside)
}

function kindOfResult(value: object): 'promise' | 'thenable' | 'other' {
  try {
    if (Object.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, 'then')) return 'promise'
    return typeof (value as { then?: unknown }).then === 'function' ? 'thenable' : 'other'
  } catch {
    return 'thenable'
  }
}
