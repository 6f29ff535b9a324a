import { type Context, context } from '@opentelemetry/api'
import { report } from '../report/report.ts'
import { type Binding, claim } from './binding.ts'
import {
  hasMethod,
  type Method,
  type Methods,
  methodsPresent,
  type Replacements,
  replaceMethods,
} from './replace-methods.ts'

/** The methods that start a thenable. Query builders have the last two beside `then`. */
const STARTS = ['then', 'catch', 'finally', 'exec', 'execute']

/** Binds a value in place. It is passed in, because it may be lazy again. */
type BindValue = (value: unknown, inside: Context) => unknown

/**
 * The replacements for what starts later: a thenable when it is awaited, an Observable when it is subscribed to. Its
 * work runs in the session, callbacks and subscribers where they were passed.
 *
 * @param eager also for a Promise of a subclass, which has started
 */
export function lazyReplacements(
  target: Methods,
  binding: Binding,
  bindValue: BindValue,
  eager: boolean,
): Replacements {
  if (isObservable(target)) return [['subscribe', subscribeInContext(binding)]]
  if (!hasMethod(target, 'then') || (!eager && target['then'] === Promise.prototype.then)) return []
  const start =
    (name: string) =>
    (method: Method): Method =>
      function (...args) {
        const inside = claim(binding)
        if (inside === undefined) return method.apply(this, args)
        const given = args.map((arg) => callbackOutside(arg, (value) => bindValue(value, inside)))
        const result = context.with(inside, () => method.apply(this, given))
        return name.startsWith('exec') ? bindValue(result, inside) : result
      }
  const copy = (method: Method): Method =>
    function (...args) {
      const { inside } = binding
      const made = method.apply(this, args)
      return inside === undefined || made === this ? made : bindValue(made, inside)
    }
  return [
    ...methodsPresent(target, STARTS).map((name) => [name, start(name as string)]),
    ...methodsPresent(target, ['clone']).map((name) => [name, copy]),
  ] as Replacements
}

/** Makes a callback run in the context in which it was passed. */
export function callbackOutside(given: unknown, bindValue: (value: unknown) => unknown): unknown {
  if (typeof given !== 'function') return given
  const outside = context.active()
  return function (this: unknown, ...values: unknown[]) {
    for (const value of values) bindValue(value)
    return context.with(outside, () => (given as Method).apply(this, values))
  }
}

/** Counts lazy work that cannot be bound. */
export function reportNotBound(): 'rejected' {
  report('bind:lazy-not-bound', () => {
    return 'a query or an Observable starts outside its session: it is frozen, or its methods cannot be replaced; start it inside, usingSession(session, async () => await query), or return bindSession(query)'
  })
  return 'rejected'
}

const OBSERVABLE = '@@observable'

/** Whether a value is an Observable. A Subject is none: subscribing to it starts nothing. */
export function isObservable(target: Methods): boolean {
  if (!hasMethod(target, 'subscribe') || hasMethod(target, 'next')) return false
  const symbol = (Symbol as unknown as { observable?: symbol }).observable ?? OBSERVABLE
  return [symbol, OBSERVABLE, 'pipe'].some((name) => hasMethod(target, name))
}

const HEARS = ['start', 'next', 'error', 'complete']

/** The replacement for `subscribe`: the source runs in the session, also its end, and the subscriber where it subscribed. */
function subscribeInContext(binding: Binding): (method: Method) => Method {
  return (subscribe) =>
    function (...args) {
      const inside = claim(binding)
      if (inside === undefined) return subscribe.apply(this, args)
      const outside = context.active()
      const given = args.map((arg) => observerOutside(arg, outside))
      const subscription = context.with(inside, () => subscribe.apply(this, given))
      const ends = Object(subscription) as Methods
      if (hasMethod(ends, 'unsubscribe')) replaceMethods(ends, [['unsubscribe', runningIn(inside)]])
      return subscription
    }
}

const runningIn =
  (inside: Context) =>
  (method: Method): Method =>
    function (...args) {
      return context.with(inside, () => method.apply(this, args))
    }

/**
 * Makes what an observer hears run in its own context. RxJS's operators pass their Subscriber, which must stay the same
 * object: the source asks it whether it is closed.
 */
function observerOutside(given: unknown, outside: Context): unknown {
  if (typeof given === 'function') return runningIn(outside)(given as Method)
  if (typeof given !== 'object' || given === null) return given
  const observer = given as Methods
  const hears = methodsPresent(observer, HEARS)
  if (hasMethod(observer, 'unsubscribe') && hasMethod(observer, 'add')) {
    replaceMethods(
      observer,
      hears.map((name) => [name, runningIn(outside)]),
    )
    return observer
  }
  const relay = (name: PropertyKey) => (value: unknown) =>
    context.with(outside, () => (observer[name] as Method)(value))
  return Object.fromEntries(hears.map((name) => [name, relay(name)]))
}
