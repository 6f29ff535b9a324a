import {
  type CallSessionsOptions,
  createCallEntry,
  type InSession,
  type ResultInSession,
  type TakesArgs,
} from '../requests/call.ts'
import { type Entry, isThenable } from '../requests/entry.ts'
import { enteringHandler } from '../requests/handler.ts'
import type { SessionOfRequest } from '../requests/options.ts'

export type { CallSessionsOptions, InSession, ResultInSession, SessionOfRequest, TakesArgs }

/**
 * Makes a handler of AWS Lambda run in the session of its event. The span of the invocation, which the instrumentation has
 * started, gets the session and the user.
 *
 * `session` and the handler are called with the arguments that Lambda passes: the event and the context, or the event,
 * the response stream and the context. A handler with three parameters that is passed a callback may answer by it.
 *
 * Several records of a batch may be of several sessions: wrap the function for one record with `otel-sessions/worker`.
 *
 * @returns a function that takes the handler, and returns one of the same type. It throws a TypeError for anything else
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example export const handler = sessions({ session: (event) => sessionOf(event) })(async (event) => answer(event))
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: the application types its event.
  Args extends any[],
>(options: CallSessionsOptions<Args>): <Fn extends TakesArgs<Args>>(handler: Fn) => InSession<Fn> {
  const entry = createCallEntry('lambda', options, 'invocation')
  return (handler) =>
    enteringHandler(
      'otel-sessions/lambda: sessions',
      { enter: (args, fn) => enter(entry, args, fn, handler) },
      (args: Args) => args,
      handler as never,
    ) as never
}

type Callback = (error: unknown, result?: unknown) => void

function enter<Args extends unknown[], T>(
  entry: Entry<Args>,
  args: Args,
  fn: () => T,
  handler: TakesArgs<never>,
): T | Promise<Awaited<T>> {
  const callback = args[2]
  // Of a streaming handler, the second argument is the response.
  const emitters = args.length > 2 && typeof callback !== 'function' ? [args[1]] : []
  if (handler.length < 3 || typeof callback !== 'function') return entry.enter(args, fn, { emitters })
  const answer = callback as Callback
  let hasReturned = false
  let hasRun = false
  const result = entry.enter(args, () => {
    hasRun = true
    if (!hasReturned) return fn()
    try {
      const late = fn()
      if (isThenable(late)) late.then((value) => answer(null, value), answer)
    } catch (error) {
      answer(error)
    }
    return undefined
  })
  hasReturned = true
  // A promise would be the answer for Lambda. So the handler's own is returned, and not one that waits for the session.
  return (hasRun ? result : undefined) as T
}
