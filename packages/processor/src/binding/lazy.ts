import { type Context, context } from '@opentelemetry/api'
import { hasMethod, type Method, type Methods, methodsPresent, replaceMethods } from './replace-methods.ts'

/** Makes a method run in a context. */
const runningIn =
  (inside: Context) =>
  (method: Method): Method =>
    function (...args) {
      return context.with(inside, () => method.apply(this, args))
    }

const HEARS = ['start', 'next', 'error', 'complete']

/**
 * Makes callbacks and observers among the arguments run in the context in which they are passed. RxJS's operators pass
 * their Subscriber, which must stay the same object: the source asks it whether it is closed.
 *
 * @param bind called with each value that a callback gets. Without it, objects are observers
 */
export function callbacksOutside(args: unknown[], bind?: (value: unknown) => void): unknown[] {
  const outside = runningIn(context.active())
  return args.map((given) => {
    if (typeof given === 'function')
      return outside(function (...values) {
        if (bind !== undefined) values.forEach(bind)
        return given.apply(this, values)
      })
    const observer = Object(given) as Methods
    const hears = bind === undefined ? methodsPresent(observer, HEARS) : []
    if (hears.length === 0) return given
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
