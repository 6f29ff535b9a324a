import { sessions } from 'otel-sessions/worker'
import { type Job, Work } from '../../work/work.ts'

const inJob = sessions({ session: (job: Job) => ({ sessionId: job.conversation, userId: job.userId }) })

const shared = globalThis as { work?: Work }

/** One for all routes: each is a bundle of its own. */
export function getWork(): Work {
  shared.work ??= new Work(inJob)
  return shared.work
}
