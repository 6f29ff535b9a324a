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
 * @param bind called with each value that a callback gets. Without it, the first argument may be an observer
 */
export function callbacksOutside(args: unknown[], bind?: (value: unknown) => void): unknown[] {
  const outside = runningIn(context.active())
  return args.map((given, index) => {
    if (typeof given === 'function')
      return outside(function (...values) {
        if (bind !== undefined) values.forEach(bind)
        return given.apply(this, values)
      })
    if (bind !== undefined || index > 0 || typeof given !== 'object' || given === null) return given
    const observer = given as Methods
    if (!hasMethod(observer, 'unsubscribe'))
      // A Proxy must show what is frozen as it is.
      return new Proxy(Object.isFrozen(observer) ? Object.create(observer) : observer, {
        get(_, name) {
          const value = observer[name]
          return typeof value === 'function' && name !== 'constructor' ? outside(value.bind(observer)) : value
        },
      })
    replaceMethods(
      observer,
      methodsPresent(observer, HEARS).map((name) => [name, outside]),
    )
    return observer
  })
}
