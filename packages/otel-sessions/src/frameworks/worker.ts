import type { ResultInSession } from '../requests/call.ts'
import { createEntry } from '../requests/entry.ts'
import { enteringHandler } from '../requests/handler.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { ResultInSession, SessionOfRequest, SessionsOptions }

/** Options whose `session` is known at once. */
export interface SessionsAtOnceOptions<Job> extends SessionsOptions<Job> {
  /** Returns the session of a job, and no promise of it. */
  readonly session: (job: Job) => SessionOfRequest
}

/** The arguments of a handler. Where nothing says of what type the job is, it may be called without one. */
export type JobArgs<Job, Rest extends unknown[]> = 0 extends 1 & Job
  ? [job?: Job, ...rest: Rest]
  : [job: Job, ...rest: Rest]

/**
 * Makes the handler of a worker run in the session of its job: BullMQ's processor, the message handler of SQS, Kafka or
 * RabbitMQ, a task of a pool, a cron job. The consumer's span, which has started already, gets the session and the user.
 *
 * The handler is called with the same `this` and arguments. What it returns or throws is passed on unchanged, with one
 * exception: if `session` returns a promise, a handler that is not async returns a promise as well.
 *
 * @param options `session` is called with the first argument of the handler: the job
 * @returns a function that takes the handler, and returns one of the same type. It throws a TypeError for anything else
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example schedule('0 3 * * *', sessions({ session: () => null })(cleanUp))
 * @example new Worker('chat', sessions({ session: (job) => job.data.session })(async (job) => answer(job.data.text)))
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: without a type of the job, its handler accepts any.
  Job = any,
>(
  options: SessionsAtOnceOptions<Job>,
): <OwnJob extends Job, Rest extends unknown[], Result>(
  handler: (job: OwnJob, ...rest: Rest) => Result,
) => (...args: JobArgs<OwnJob, Rest>) => Result
/**
 * Makes the handler of a worker run in the session of its job, which `session` looks up. If the handler is not async, a
 * promise of what it returns may come out.
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: without a type of the job, its handler accepts any.
  Job = any,
>(
  options: SessionsOptions<Job>,
): <OwnJob extends Job, Rest extends unknown[], Result>(
  handler: (job: OwnJob, ...rest: Rest) => Result,
) => (...args: JobArgs<OwnJob, Rest>) => ResultInSession<Result>
export function sessions<Job>(options: SessionsOptions<Job>) {
  const entry = createEntry('worker', options, 'job')
  return (handler: (job: Job, ...rest: unknown[]) => unknown) =>
    enteringHandler('otel-sessions/worker: sessions', entry, ([job]) => job, handler)
}
