/**
 * The core of the request helpers: what every `sessions()` does.
 *
 * - `options.ts`: what the application passes
 * - `entry.ts`: asks for the session, and runs the request in it
 * - `check-answer.ts`: what the application's function may return; `first-answers.ts`: it may never name a session
 * - `arrival/`: finds the context in which it begins; a scope that comes from elsewhere is dropped, and so is the context of
 *   another request
 * - `surroundings.ts`: the scope and the parent span in a context
 * - `spans/`: the spans that have started before, and get the session too; `claim-spans.ts`: those of them that are of one
 *   job or call only
 * - `shared-map.ts`: what all copies of the package know of a span
 * - `handler.ts`: a function that enters a session each time that it is called; `call.ts`: one whose arguments name it
 * - `response.ts`: the body of a Response is produced in the session
 * - `bind-events.ts`: listeners of the request and the response run in the session
 *
 * `frameworks/` calls this folder, which calls none of them.
 *
 * @module
 */
import { context } from '@opentelemetry/api'
import { usingSession } from '@otel-sessions/processor'
import { afterKeepingAlive, once, registeredApi } from '@otel-sessions/semconv/internal'
import { describeError } from '../describe-error.ts'
import { type FrontDoorProblem, problems } from '../problems.ts'
import { type Arrival, arrive, type RequestParts, spansFromElsewhere } from './arrival/arrival.ts'
import { bindEvents } from './bind-events.ts'
import { checkAnswer } from './check-answer.ts'
import { claimSpans, isClaimed } from './claim-spans.ts'
import { watchFirstAnswers } from './first-answers.ts'
import { checkSessionsOptions, type SessionOfRequest, type SessionsOptions } from './options.ts'
import { type EntryUnit, spansOf } from './spans/server-span.ts'
import { idOf, mergedSession, setOnSpan } from './spans/span-sessions.ts'
import { withoutSessionOfParent } from './surroundings.ts'

/** Enters the sessions of the requests of one application, for the helper of one framework. */
export interface Entry<Request> {
  /**
   * Asks for the session of a request, and runs `fn` in it: at once, if the session is known at once, else when it is. The
   * spans of the request that have started already get the session, too. Never throws and never rejects but with what
   * `fn` does, which runs exactly once.
   */
  enter<T>(request: Request, fn: () => T, parts?: RequestParts): T | Promise<Awaited<T>>
  /**
   * Asks for the session only, and calls `use` with it where the request begins: at once, if it is known at once, else
   * when it is. Never throws and never rejects but with what `use` does.
   */
  find<T>(request: Request, use: (session: SessionOfRequest) => T, parts?: RequestParts): T | Promise<T>
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
  const fail = (code: FrontDoorProblem & `request:${string}`, what: () => string): null => {
    const text = () => `otel-sessions/${framework}: the option session ${what()}; the ${unit} has no session`
    problems.report(code, text, framework)
    return null
  }
  const note = watchFirstAnswers((count) => {
    problems.report(
      'request:no-session',
      () =>
        `otel-sessions/${framework}: the option session returned undefined for the first ${count} ${unit}s, so nothing states their session. Return the conversation of the signed-in user. Ignore this if something else names it, such as a thread_id`,
      framework,
    )
  })
  const check = (answer: unknown): SessionOfRequest => {
    note(answer)
    const { session, problem } = checkAnswer(answer)
    if (problem !== undefined) fail('request:invalid', () => `returned no valid session ID, but ${problem}`)
    if (session === undefined || isSetUp()) return session
    problems.report('request:no-opentelemetry', () => {
      return `otel-sessions/${framework}: sessions has no effect: OpenTelemetry is not set up. Call registerSessions() before it, or start Node with --import otel-sessions/register`
    })
    return undefined
  }
  const wait = (answer: PromiseLike<unknown>) =>
    new Promise<SessionOfRequest>((resolve) => {
      // What comes after the deadline is ignored, and not counted again.
      const settle = once((found: () => SessionOfRequest) => {
        timer.cancel()
        resolve(found())
      })
      // The application's own work waits. Without the timer, a process with nothing else to do would exit before it.
      const timer = afterKeepingAlive(timeoutMillis, () => {
        settle(() => fail('request:timed-out', () => `did not answer within ${timeoutMillis} ms`))
      })
      Promise.resolve(answer).then(
        (found) => settle(() => check(found)),
        (error) => settle(() => fail('request:rejected', () => `rejected (${describeError(error)})`)),
      )
    })
  /** The session, or a promise that never rejects. */
  const ask = (request: Request): SessionOfRequest | Promise<SessionOfRequest> => {
    try {
      const answer = session(request)
      return isThenable(answer) ? wait(answer) : check(answer)
    } catch (error) {
      return fail('request:threw', () => `threw (${describeError(error)})`)
    }
  }
  const find = <T>(
    request: Request,
    use: (found: SessionOfRequest, arrival: Arrival) => T,
    parts: RequestParts = {},
  ): T | Promise<T> => {
    const arrival = arrive(unit, parts, options)
    const begin = (found: SessionOfRequest) => context.with(arrival.context, use, undefined, found, arrival)
    const answer = context.with(arrival.context, ask, undefined, request)
    // Not every context manager follows a promise that the application made.
    return answer instanceof Promise ? answer.then(begin) : begin(answer)
  }
  return {
    find,
    enter<T>(request: Request, fn: () => T, parts: RequestParts = {}) {
      const begin = (found: SessionOfRequest, arrival: Arrival) => enter(unit, found, fn, parts, arrival)
      return find(request, begin, parts) as T | Promise<Awaited<T>>
    },
  }
}

/** Whether anything has set up OpenTelemetry, or was told not to. `usingSession` says if the set-up has no context manager. */
function isSetUp(): boolean {
  const { context: manager, trace: provider } = registeredApi()
  if (manager !== undefined || provider !== undefined) return true
  const { process } = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } }
  return process?.env?.['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true'
}

/** Whether a value is a promise, or something like it. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  value !== null && value !== undefined && typeof (value as PromiseLike<unknown>).then === 'function'

function enter<T>(
  unit: EntryUnit,
  found: SessionOfRequest,
  fn: () => T,
  { spans: known, emitters = [] }: RequestParts,
  arrival: Arrival,
): T {
  const { active, dropped, isElsewhere, isNested, strayed } = arrival
  const isShared = unit === 'job' || unit === 'call'
  const started = [...strayed.filter((span) => span.isRecording()), ...spansOf(unit, known)]
  const session = found === undefined ? {} : found
  const isOfAnother = isShared && idOf(session) === undefined && isClaimed(started, dropped)
  // Nothing is stated, and nothing of others is around: it goes on as if there were no helper.
  if (found === undefined && !isElsewhere && !isOfAnother) return context.with(active, fn)
  for (const span of spansFromElsewhere(arrival, started)) setOnSpan(span, null)
  const spans = isShared ? claimSpans(started, session, dropped) : started
  const run = () =>
    usingSession(session, () => {
      const own = isNested ? mergedSession(session) : session
      // Inside the scope: an outer one, which they belong to, must not seem to take precedence.
      for (const span of spans) setOnSpan(span, own)
      bindEvents(emitters, spans.at(-1))
      return fn()
    })
  return isOfAnother ? context.with(withoutSessionOfParent(context.active()), run) : run()
}
