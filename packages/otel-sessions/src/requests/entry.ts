import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { after } from '@otel-sessions/semconv/internal'
import { problems } from '../problems.ts'
import { checkSessionsOptions, type SessionOfRequest, type SessionsOptions } from './options.ts'
import { spansOfRequest } from './server-span.ts'

/** Enters the sessions of the requests of one application, for the helper of one framework. */
export interface Entry<Request> {
  /**
   * Asks for the session of a request, and runs `fn` in it: at once, if the session is known at once, else when it is. The
   * spans of the request that have started already get the session, too. Never throws and never rejects but with what
   * `fn` does.
   */
  enter<T>(request: Request, fn: () => T): T | Promise<Awaited<T>>
}

/**
 * Creates what the helper of a framework calls for each request.
 *
 * @param framework the name of the entry point, for messages: `express`
 * @throws TypeError or RangeError when an option is wrong; the message names it
 */
export function createEntry<Request>(framework: string, options: SessionsOptions<Request>): Entry<Request> {
  const { session, timeoutMillis } = checkSessionsOptions(`otel-sessions/${framework}: sessions`, options)
  const fail = (code: 'threw' | 'rejected' | 'timed-out', what: string) => {
    problems.report(
      `request:${code}`,
      () => `otel-sessions/${framework}: the option session ${what}; the request has no session`,
      framework,
    )
    return null
  }
  const ask = (request: Request): SessionOfRequest | Promise<SessionOfRequest> => {
    let answer: ReturnType<typeof session>
    try {
      answer = session(request)
      if (typeof (answer as PromiseLike<unknown> | null | undefined)?.then !== 'function') {
        return answer as SessionOfRequest
      }
    } catch {
      return fail('threw', 'threw')
    }
    return new Promise((resolve) => {
      const timer = after(timeoutMillis, () => {
        resolve(fail('timed-out', `did not answer within ${timeoutMillis} ms`))
      })
      const settle = (found: SessionOfRequest) => {
        timer.cancel()
        resolve(found)
      }
      Promise.resolve(answer).then(settle, () => settle(fail('rejected', 'rejected')))
    })
  }
  return {
    enter(request, fn) {
      const answer = ask(request)
      return answer instanceof Promise ? answer.then((found) => enter(found, fn) as never) : enter(answer, fn)
    },
  }
}

function enter<T>(session: SessionOfRequest, fn: () => T): T {
  if (session === undefined) return fn()
  for (const span of spansOfRequest()) setSpanSession(span, session)
  return usingSession(session, fn)
}
