import type { Methods } from './replace-methods.ts'

/**
 * The body of a Response or a Request: the stream that its `text()`, `json()`, `clone()` and any server read
 * from. Nothing is read, and nothing is locked, by looking at it.
 */
export function bodyOf(target: object): object | undefined {
  try {
    const classes = [platform('Response'), platform('Request')]
    if (!classes.some((known) => known !== undefined && target instanceof known)) return undefined
    const { body } = target as Methods
    return typeof body === 'object' && body !== null ? body : undefined
  } catch {
    return undefined
  }
}

/** A class of the platform, where there is one: Node's, a browser's, an edge runtime's. */
export function platform(name: string): (new (...args: never[]) => object) | undefined {
  const known = (globalThis as Methods)[name]
  return typeof known === 'function' ? (known as new () => object) : undefined
}
