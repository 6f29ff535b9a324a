import { hasMethod, type Methods, methodsPresent } from './replace-methods.ts'

/**
 * The methods that run the source of a stream: they are called in the session.
 *
 * @param asked also those of an iterator that is not iterable
 */
export function pullMethodsOf(target: Methods, asked: boolean): PropertyKey[] {
  const has = (name: PropertyKey) => hasMethod(target, name)
  // An iterator that is iterable returns itself. An array or a Map returns a new one, and has no `next`.
  const isIterator = has('next') && (asked || has(Symbol.iterator) || has(Symbol.asyncIterator))
  if (isIterator) return methodsPresent(target, ['next', 'return', 'throw', 'cancel'])
  return isReader(target) || isWebStream(target) ? methodsPresent(target, ['read', 'cancel']) : []
}

/** The methods that return something to pull from: what they return is bound in turn. */
export const openMethodsOf = (target: Methods): PropertyKey[] =>
  methodsPresent(target, [
    ...(isWebStream(target) ? ['getReader', 'values'] : []),
    Symbol.asyncIterator,
    // The OpenAI SDK's Stream passes its own `iterator` to tee().
    ...(hasMethod(target, 'tee') ? ['iterator'] : []),
  ])

export const isWebStream = (target: Methods) => hasMethod(target, 'getReader') && hasMethod(target, 'pipeTo')

export const isReader = (target: Methods) => hasMethod(target, 'read') && hasMethod(target, 'releaseLock')

/** A Node stream that can be read. */
export const isNodeReadable = (target: Methods) =>
  ['pipe', '_read', 'once', Symbol.asyncIterator].every((name) => hasMethod(target, name))

/**
 * Whether a value is an Observable. A Subject is none: subscribing to it starts nothing.
 *
 * @param asked whether `subscribe` alone is enough, without a sign that somebody else sends what is heard
 */
export function isObservable(target: Methods, asked?: boolean): boolean {
  const { observable } = Symbol as { observable?: symbol }
  const has = (name: PropertyKey) => hasMethod(target, name)
  return (
    has('subscribe') &&
    !has('next') &&
    ([observable ?? 'pipe', '@@observable', 'pipe'].some(has) ||
      (asked === true && !['on', 'set', 'emit', 'publish', 'dispatch', 'getState', 'unsubscribe'].some(has)))
  )
}

/** Whether an object may be consumed several times. A generator, a stream and a reader are consumed once. */
export const isReopened = (target: Methods) =>
  !['next', 'read', 'getReader', 'tee'].some((name) => hasMethod(target, name))

/** Whether an object is perhaps one that is bound. Most functions return something else, which must cost little. */
export const mayBeBound = (target: object): boolean =>
  'then' in target ||
  'next' in target ||
  Symbol.asyncIterator in target ||
  'subscribe' in target ||
  'tee' in target ||
  'body' in target ||
  'getReader' in target ||
  'releaseLock' in target

/**
 * The body of a Response or a Request: the stream that its `text()`, `json()` and `clone()`, and any server, read.
 * Looking at it reads nothing and locks nothing.
 */
export function bodyOf(target: unknown): Methods | undefined {
  if (!('body' in Object(target))) return undefined
  if (!isInstance('Response', target) && !isInstance('Request', target)) return undefined
  return ((target as Methods)['body'] ?? undefined) as Methods | undefined
}

/** A class of the platform, if it has one: Node, a browser or an edge runtime. */
export const platformClass = (name: string) =>
  (globalThis as Methods)[name] as (new (...args: unknown[]) => object) | undefined

/** Whether a value is an instance of a class of the platform. */
export function isInstance(name: string, value: unknown): boolean {
  const known = platformClass(name)
  return typeof known === 'function' && value instanceof known
}
