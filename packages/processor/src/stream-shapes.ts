import { has, type Methods, present } from './replace-methods.ts'

/** The methods that run the body: they are called in the context. */
export function pullsOf(target: Methods, explicit: boolean): PropertyKey[] {
  if (isIterator(target) || (explicit && has(target, 'next')))
    return present(target, ['next', 'return', 'throw', 'cancel'])
  if (isReader(target)) return ['read', 'cancel']
  return isWebStream(target) ? ['cancel'] : []
}

/** The methods that give something to pull on: that is bound in turn. */
export function opensOf(target: Methods): PropertyKey[] {
  const opens: PropertyKey[] = isWebStream(target) ? ['getReader', 'values'] : []
  if (has(target, Symbol.asyncIterator)) opens.push(Symbol.asyncIterator)
  // The OpenAI SDK's Stream hands its own `iterator` to tee().
  if (has(target, 'iterator') && has(target, 'tee')) opens.push('iterator')
  return present(target, opens)
}

// Iterators that are iterable give themselves, so an array or a Map, which give new ones, are none.
const isIterator = (target: Methods) =>
  has(target, 'next') && (has(target, Symbol.iterator) || has(target, Symbol.asyncIterator))

export const isWebStream = (target: Methods) => has(target, 'getReader') && has(target, 'pipeTo')

export const isReader = (target: Methods) => has(target, 'read') && has(target, 'releaseLock')

/** A Node stream that can be read. */
export const isNodeReadable = (target: Methods) =>
  has(target, 'pipe') && has(target, '_read') && has(target, 'once') && has(target, Symbol.asyncIterator)
