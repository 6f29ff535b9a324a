import { hasMethod, type Methods, methodsPresent } from './replace-methods.ts'

/** The methods that run the source of a stream: they are called in the session. */
export function pullMethodsOf(target: Methods, explicit: boolean): PropertyKey[] {
  if (isIterator(target) || (explicit && hasMethod(target, 'next')))
    return methodsPresent(target, ['next', 'return', 'throw', 'cancel'])
  if (isReader(target)) return ['read', 'cancel']
  return isWebStream(target) ? ['cancel'] : []
}

/** The methods that return something to pull from: what they return is bound in turn. */
export function openMethodsOf(target: Methods): PropertyKey[] {
  const opens: PropertyKey[] = isWebStream(target) ? ['getReader', 'values'] : []
  if (hasMethod(target, Symbol.asyncIterator)) opens.push(Symbol.asyncIterator)
  // The OpenAI SDK's Stream passes its own `iterator` to tee().
  if (hasMethod(target, 'iterator') && hasMethod(target, 'tee')) opens.push('iterator')
  return methodsPresent(target, opens)
}

// An iterator that is iterable returns itself. An array or a Map returns a new one, and has no `next`.
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
 * The body of a Response or a Request: the stream that its `text()`, `json()` and `clone()`, and any server, read.
 * Looking at it reads nothing and locks nothing.
 */
export function bodyOf(target: object): object | undefined {
  try {
    if (!isInstance('Response', target) && !isInstance('Request', target)) return undefined
    const { body } = target as Methods
    return typeof body === 'object' && body !== null ? body : undefined
  } catch {
    return undefined
  }
}

/** A class of the platform, if it has one: Node, a browser or an edge runtime. */
export function platformClass(name: string): (new (...args: never[]) => object) | undefined {
  const known = (globalThis as Methods)[name]
  return typeof known === 'function' ? (known as new () => object) : undefined
}

/** Whether a value is an instance of a class of the platform. */
export function isInstance(name: string, value: unknown): boolean {
  const known = platformClass(name)
  return known !== undefined && value instanceof known
}
