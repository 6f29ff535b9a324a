import { createEntry } from '../requests/entry.ts'
import { enteringHandler } from '../requests/handler.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { SessionOfRequest, SessionsOptions }

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
 * @example new Worker('chat', sessions({ session: (job) => job.data.session })(async (job) => answer(job.data.text)))
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: without a type of the job, its handler accepts any.
  Job = any,
>(
  options: SessionsOptions<Job>,
): <OwnJob extends Job, Rest extends unknown[], Result>(
  handler: (job: OwnJob, ...rest: Rest) => Result,
) => (job: OwnJob, ...rest: Rest) => Result {
  const entry = createEntry('worker', options, 'job')
  return (handler) =>
    enteringHandler('otel-sessions/worker: sessions', entry, ([job]) => job, handler) as typeof handler
}
