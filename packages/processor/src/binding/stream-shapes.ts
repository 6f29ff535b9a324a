import { hasMethod, type Methods, methodsPresent } from './replace-methods.ts'

/** The methods that run the body: they are called in the context. */
export function pullMethodsOf(target: Methods, explicit: boolean): PropertyKey[] {
  if (isIterator(target) || (explicit && hasMethod(target, 'next')))
    return methodsPresent(target, ['next', 'return', 'throw', 'cancel'])
  if (isReader(target)) return ['read', 'cancel']
  return isWebStream(target) ? ['cancel'] : []
}

/** The methods that give something to pull on: that is bound in turn. */
export function openMethodsOf(target: Methods): PropertyKey[] {
  const opens: PropertyKey[] = isWebStream(target) ? ['getReader', 'values'] : []
  if (hasMethod(target, Symbol.asyncIterator)) opens.push(Symbol.asyncIterator)
  // The OpenAI SDK's Stream hands its own `iterator` to tee().
  if (hasMethod(target, 'iterator') && hasMethod(target, 'tee')) opens.push('iterator')
  return methodsPresent(target, opens)
}

// Iterators that are iterable give themselves, so an array or a Map, which give new ones, are none.
const isIterator = (target: Methods) =>
  hasMethod(target, 'next') && (hasMethod(target, Symbol.iterator) || hasMethod(target, Symbol.asyncIterator))

export const isWebStream = (target: Methods) => hasMethod(target, 'getReader') && hasMethod(target, 'pipeTo')

export const isReader = (target: Methods) => hasMethod(target, 'read') && hasMethod(target, 'releaseLock')

/** A Node stream that can be read. */
export const isNodeReadable = (target: Methods) =>
  hasMethod(target, 'pipe') &&
  hasMethod(target, '_read') &&
  hasMethod(target, 'once') &&
  hasMethod(target, Symbol.asyncIterator)

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
