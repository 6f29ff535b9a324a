import type { SessionInit } from '@otel-sessions/processor'
import {
  checkOption,
  checkOptions,
  checkWholeNumber,
  LONGEST_TIMER_MILLIS,
} from '@otel-sessions/semconv/internal'

/**
 * The session of a request, a job or a message: an ID, or an ID with a user and other fields. `null` clears the session:
 * there is none, and nothing is inferred. `undefined` states nothing: a session is inferred, such as that of the parent span.
 */
export type SessionOfRequest = string | SessionInit | null | undefined

/** Options of every `sessions()`: how a request, a job or a message names its session. */
export interface SessionsOptions<Request> {
  /**
   * Returns the session of a request, or a promise of it. Derive it from the authenticated user: a header or a cookie is
   * no proof of who may write into a session. If the function throws, rejects, takes too long, or returns an invalid ID,
   * the request goes on without a session, which is counted, and logged once.
   *
   * A job, a message of a queue, an invocation of Lambda, a call of an MCP server and a socket begin outside of any scope,
   * whatever the answer is: the one in which they arrive may be that of another user. A request begins outside of a scope
   * in which its server's span started, and leaves the context of another request if its login answers there. A scope that
   * was entered within the request, such as that of another helper, stays, and the answer is merged with it as
   * `usingSession` merges.
   */
  readonly session: (request: Request) => SessionOfRequest | PromiseLike<SessionOfRequest>
  /**
   * How long a promise of `session` may take, in milliseconds. After that the request goes on without a session, and a
   * late answer is ignored. A whole number from 1 to 2,147,483,647.
   *
   * @default 5000
   */
  readonly timeoutMillis?: number | undefined
}

const OPTIONS = ['session', 'timeoutMillis'] satisfies (keyof SessionsOptions<never>)[]

/**
 * Checks the options, and adds the defaults.
 *
 * @param where what messages begin with, such as `otel-sessions/express: sessions`
 * @throws TypeError or RangeError that names the option and the kind of its value
 */
export function checkSessionsOptions<Request>(
  where: string,
  options: SessionsOptions<Request>,
): Required<SessionsOptions<Request>> & { readonly timeoutMillis: number } {
  const { session, timeoutMillis = 5000 } = checkOptions(where, options, OPTIONS)
  checkOption(typeof session === 'function', where, 'session', 'a function', session)
  checkWholeNumber(where, 'timeoutMillis', timeoutMillis, 1, LONGEST_TIMER_MILLIS)
  return { session, timeoutMillis }
}
