import { answers, hasMethod, type Methods, methodsPresent } from './replace-methods.ts'

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

/** Whether an object is an Observable for all libraries. A few are started by another method than `subscribe`. */
const hasObservableSign = (target: object): boolean =>
  '@@observable' in target || ((Symbol as { observable?: symbol }).observable ?? '@@observable') in target

/** Methods of a store, a client, an emitter or a Subject: subscribing to these starts nothing. */
const SENDS =
  /^(?:un|(?:on|off|[gs]et|emit|publish|dispatch|send|next|notify|update|add|push)(?![a-z])|value$)/

const sends = (level: object | null): boolean =>
  level !== null &&
  (Reflect.ownKeys(level).some((name) => SENDS.test(String(name))) || sends(Object.getPrototypeOf(level)))

/** Whether a value is an Observable. A Subject and a store are none: subscribing to them starts nothing. */
export const isObservable = (target: Methods): boolean =>
  answers(target, 'subscribe') &&
  !('next' in target || 'dispatch' in target) &&
  ('pipe' in target || hasObservableSign(target) || !sends(target))

/** Whether an Observable is started by other methods than `subscribe`, which keep a listener: xstream's, Kefir's. */
export const startsOtherwise = (target: Methods): boolean =>
  hasObservableSign(target) && (!answers(target, 'subscribe') || 'addListener' in target)

/** The methods by which a subscription ends. */
export const LEAVE = ['unsubscribe', 'cancel', 'dispose', Symbol.dispose ?? 'dispose']

/** The methods that start a thenable of some library, beside those of a Promise. */
export const STARTS = [
  'exec',
  'execute',
  'run',
  'all',
  'get',
  'first',
  'stream',
  'toArray',
  'asCallback',
  'end',
]

/** A stub of a remote object answers every name with a function. To read its `then` may send a request. */
export const isStub = (target: object): boolean => answers(target as Methods, 'otel-sessions')

/** Whether an object may be consumed several times. A generator, a stream and a reader are consumed once. */
export const isReopened = (target: Methods) =>
  !['next', 'read', 'getReader', 'tee'].some((name) => hasMethod(target, name))

/** Whether an object is perhaps one that is bound. Most functions return something else, which must cost little. */
export const mayBeBound = (target: object): boolean =>
  answers(target as Methods, 'then') ||
  'next' in target ||
  Symbol.asyncIterator in target ||
  answers(target as Methods, 'subscribe') ||
  hasObservableSign(target) ||
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
