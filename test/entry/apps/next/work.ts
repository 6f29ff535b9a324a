import { usingSession } from 'otel-sessions'
import { type Job, Work } from '../../work/work.ts'

const shared = globalThis as { work?: Work }

/** One for all routes: each is a bundle of its own. */
export function getWork(): Work {
  shared.work ??= new Work(
    (handle: (job: Job) => Promise<void>) => (job: Job) =>
      usingSession({ sessionId: job.conversation, userId: job.userId }, () => handle(job)),
  )
  return shared.work
}
