import { type Context, context } from '@opentelemetry/api'
import { hasMethod, type Method, type Methods, methodsPresent, replaceMethods } from './replace-methods.ts'

/** Makes a method run in a context. */
const runningIn =
  (inside: Context) =>
  (method: Method): Method =>
    function (...args) {
      return context.with(inside, () => method.apply(this, args))
    }

/**
 * Makes the callbacks among the arguments of `then` run in the context in which they are passed.
 *
 * @param bind called with each value that they get
 */
export function callbacksOutside(args: unknown[], bind: (value: unknown) => void): unknown[] {
  const outside = runningIn(context.active())
  return args.map((given) => {
    if (typeof given !== 'function') return given
    return outside(function (...values) {
      values.forEach(bind)
      return given.apply(this, values)
    })
  })
}

const HEARS = ['start', 'next', 'error', 'complete']

/**
 * Makes what the arguments of `subscribe` hear run in the context in which they are passed. RxJS's operators pass their
 * Subscriber, which must stay the same object: the source asks it whether it is closed.
 */
export function observersOutside(args: unknown[]): unknown[] {
  const outside = runningIn(context.active())
  return args.map((given) => {
    if (typeof given === 'function') return outside(given as Method)
    if (typeof given !== 'object' || given === null) return given
    const observer = given as Methods
    const hears = methodsPresent(observer, HEARS)
    if (!hasMethod(observer, 'unsubscribe'))
      return Object.fromEntries(
        hears.map((name) => [name, outside((observer[name] as Method).bind(observer))]),
      )
    replaceMethods(
      observer,
      hears.map((name) => [name, outside]),
    )
    return observer
  })
}
