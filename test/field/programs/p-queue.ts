// Three users queue a call of a model each, in their sessions, at once; p-queue runs one at a time.
// Right: each call has the session of the user who queued it.
import PQueue from 'p-queue'
import PQueue6 from 'p-queue-6'
import PQueue8 from 'p-queue-8'
import PQueue9 from 'p-queue-9'
import { type Job, queueCases } from '../support/queues.ts'

type Queue = new (options: { concurrency: number }) => { add(job: Job): Promise<unknown> }

const versions: Record<string, Queue> = {
  'p-queue': PQueue,
  'p-queue-9': PQueue9,
  'p-queue-8': PQueue8,
  'p-queue-6': PQueue6.default,
}

export const cases = queueCases(
  Object.entries(versions).map(([library, Queue]) => ({
    library,
    create() {
      const queue = new Queue({ concurrency: 1 })
      return (job) => queue.add(job)
    },
    // Version 10 keeps the context of a job. So does 6: it is LangChain's own queue, and the processor binds every copy.
    asUsual: ['p-queue', 'p-queue-6'].includes(library) ? { right: 3 } : { right: 1, wrong: { work: 2 } },
  })),
)
