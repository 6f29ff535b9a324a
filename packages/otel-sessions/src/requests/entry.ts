/**
 * The core of the request helpers: what every `sessions()` does.
 *
 * - `options.ts`: what the application passes
 * - `entry.ts`: asks for the session, and runs the request in it
 * - `check-answer.ts`: what the application's function may return
 * - `server-span.ts`, with `span-parents.ts`: the spans that have started before, and get the session too
 * - `claim-spans.ts`: those of them that are of one job or call only
 * - `handler.ts`: a function that enters a session each time that it is called
 * - `mcp-transport.ts`: what an MCP client is sent is handled in the session of its call
 * - `bind-events.ts`: listeners of the request and the response run in the session
 *
 * `frameworks/` calls this folder, which calls none of them.
 *
 * @module
 */
import { context, type Span } from '@opentelemetry/api'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { after } from '@otel-sessions/semconv/internal'
import { type FrontDoorProblem, problems } from '../problems.ts'
import { bindEvents } from './bind-events.ts'
import { checkAnswer } from './check-answer.ts'
import { claimSpans } from './claim-spans.ts'
import { checkSessionsOptions, type SessionOfRequest, type SessionsOptions } from './options.ts'
import { type EntryUnit, spansOf } from './server-span.ts'

/** Enters the sessions of the requests of one application, for the helper of one framework. */
export interface Entry<Request> {
  /**
   * Asks for the session of a request, and runs `fn` in it: at once, if the session is known at once, else when it is. The
   * spans of the request that have started already get the session, too. Never throws and never rejects but with what
   * `fn` does, which runs exactly once.
   */
  enter<T>(request: Request, fn: () => T, parts?: RequestParts): T | Promise<Awaited<T>>
  /** Asks for the session only: at once, if it is known at once. Never throws, and its promise never rejects. */
  find(request: Request): SessionOfRequest | Promise<SessionOfRequest>
}

/** What a framework has of a request besides the request itself. */
interface RequestParts {
  /** Spans of the request that its framework knows, beside those in the context. */
  readonly spans?: readonly (Span | null | undefined)[]
  /** Emitters of the request, such as Node's request and response: their listeners run in the session. */
  readonly emitters?: readonly unknown[]
}

/**
 * Creates what the helper of a framework calls for each request, job or message.
 *
 * @param framework the name of the entry point, for messages: `express`
 * @param unit what enters a session
 * @throws TypeError or RangeError when an option is wrong; the message names it
 */
export function createEntry<Request>(
  framework: string,
  options: SessionsOptions<Request>,
  unit: EntryUnit = 'request',
): Entry<Request> {
  const { session, timeoutMillis } = checkSessionsOptions(`otel-sessions/${framework}: sessions`, options)
  const fail = (code: FrontDoorProblem & `request:${string}`, what: string): null => {
    const text = () => `otel-sessions/${framework}: the option session ${what}; the ${unit} has no session`
    problems.report(code, text, framework)
    return null
  }
  const check = (answer: unknown): SessionOfRequest => {
    const { session, problem } = checkAnswer(answer)
    if (problem !== undefined) fail('request:invalid', `returned no valid session ID, but ${problem}`)
    return session
  }
  const wait = (answer: PromiseLike<unknown>) =>
    new Promise<SessionOfRequest>((resolve) => {
      let isOver = false
      // What comes after the deadline is ignored, and not counted again.
      const settle = (found: () => SessionOfRequest) => {
        if (isOver) return
        isOver = true
        timer.cancel()
        resolve(found())
      }
      const timer = after(timeoutMillis, () => {
        settle(() => fail('request:timed-out', `did not answer within ${timeoutMillis} ms`))
      })
      Promise.resolve(answer).then(
        (found) => settle(() => check(found)),
        () => settle(() => fail('request:rejected', 'rejected')),
      )
    })
  /** The session, or a promise that never rejects. */
  const ask = (request: Request): SessionOfRequest | Promise<SessionOfRequest> => {
    try {
      const answer = session(request)
      return isThenable(answer) ? wait(answer) : check(answer)
    } catch {
      return fail('request:threw', 'threw')
    }
  }
  return {
    find: ask,
    enter(request, fn, parts) {
      const answer = ask(request)
      if (!(answer instanceof Promise)) return enter(unit, answer, fn, parts)
      // Not every context manager follows a promise that the application made.
      const arrival = context.active()
      return answer.then((found) => context.with(arrival, () => enter(unit, found, fn, parts)) as never)
    },
  }
}

/** Whether a value is a promise, or something like it. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  value !== null && value !== undefined && typeof (value as PromiseLike<unknown>).then === 'function'

function enter<T>(
  unit: EntryUnit,
  session: SessionOfRequest,
  fn: () => T,
  { spans: known, emitters = [] }: RequestParts = {},
): T {
  if (session === undefined) return fn()
  const started = spansOf(unit, known)
  const spans = unit === 'request' ? started : claimSpans(started, session)
  return usingSession(session, () => {
    // Inside the scope: an outer one, which they belong to, must not seem to take precedence.
    for (const span of spans) setSpanSession(span, session)
    return emitters.length === 0 ? fn() : bindEvents(emitters, spans.at(-1), fn)
  })
}
