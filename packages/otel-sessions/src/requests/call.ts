import { createEntry, type Entry } from './entry.ts'
import { checkSessionsOptions, type SessionOfRequest, type SessionsOptions } from './options.ts'
import type { EntryUnit } from './spans/server-span.ts'

/** Options of a `sessions()` that wraps a function: it names the session by the arguments of the function. */
export interface CallSessionsOptions<Args extends unknown[]> {
  /**
   * Returns the session of a call, or a promise of it. It is called with the arguments of the function. Derive the session
   * from the authenticated user: a header or a cookie is no proof of who may write into a session. If it throws,
   * rejects, takes too long, or returns an invalid ID, the call goes on without a session, which is counted, and logged
   * once. It begins outside of the scope of another user in which it arrives: an invocation of Lambda outside of any, a
   * request outside of the one in which its server's span started.
   */
  readonly session: (...args: Args) => SessionOfRequest | PromiseLike<SessionOfRequest>
  /**
   * How long a promise of `session` may take, in milliseconds. After that the call goes on without a session, and a late
   * answer is ignored. A whole number from 1 to 2,147,483,647.
   *
   * @default 5000
   */
  readonly timeoutMillis?: number | undefined
}

/**
 * A function that may be called with these arguments. It may take fewer, or more special ones: a framework passes what the
 * function declares.
 */
export type TakesArgs<Args extends unknown[]> = {
  // A method, because the parameters of methods are compared both ways.
  // biome-ignore lint/suspicious/noExplicitAny: a function may declare more arguments, of any type.
  call(...args: [...Args, ...any[]]): unknown
}['call']

/**
 * What a function returns that may have to wait for its session: what it returned before, or a promise of it. Of one that
 * returns nothing, nobody notices the promise.
 */
export type ResultInSession<Result> = [
  // biome-ignore lint/suspicious/noConfusingVoidType: what such a function returns.
  Exclude<Result, PromiseLike<unknown> | AsyncGenerator<unknown, unknown, never> | void>,
] extends [never]
  ? Result
  : Result | Promise<Awaited<Result>>

/** The type of a function that may have to wait for its session: a promise comes out, or what came out before. */
export type InSession<Fn extends TakesArgs<never>> = [ResultInSession<ReturnType<Fn>>] extends [
  ReturnType<Fn>,
]
  ? Fn
  : (this: ThisParameterType<Fn>, ...args: Parameters<Fn>) => ResultInSession<ReturnType<Fn>>

/**
 * Checks the options, and adds the defaults.
 *
 * @throws TypeError or RangeError when an option is wrong; the message names it
 */
export function checkCallOptions<Args extends unknown[]>(
  framework: string,
  options: CallSessionsOptions<Args>,
): CallSessionsOptions<Args> & { readonly timeoutMillis: number } {
  // The function is checked to be one, whatever its arguments are.
  const own = options as unknown as SessionsOptions<never>
  return checkSessionsOptions(`otel-sessions/${framework}: sessions`, own) as never
}

/**
 * Creates what a helper calls for each call of a function. What enters is the list of its arguments.
 *
 * @param unit what enters a session
 * @throws TypeError or RangeError when an option is wrong; the message names it
 */
export function createCallEntry<Args extends unknown[]>(
  framework: string,
  options: CallSessionsOptions<Args>,
  unit?: EntryUnit,
): Entry<Args> {
  const { session, timeoutMillis } = checkCallOptions(framework, options)
  return createEntry<Args>(framework, { session: (args) => session(...args), timeoutMillis }, unit)
}
