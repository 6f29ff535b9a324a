import { isNativePromise } from '../../binding/bind-in-place.ts'
import type { RootSpan } from './root-span.ts'
import { watchStream } from './watch-stream.ts'

/**
 * Ends a span with what the function gave: a native Promise is followed, a stream is watched, and with anything else
 * the work is done. A foreign thenable is such: following it might start it, or lose its other methods.
 *
 * @returns what was given; of a native Promise, one that follows it
 */
export function endWith<T>(result: T, root: RootSpan): T {
  if (isNativePromise(result)) {
    return result.then(
      (value) => endWithValue(value, root),
      (error) => {
        root.fail(error)
        throw error
      },
    ) as T
  }
  return endWithValue(result, root)
}

function endWithValue<T>(value: T, root: RootSpan): T {
  if (!watchStream(value, root)) root.end()
  return value
}
