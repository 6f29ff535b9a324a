// A request of each of two users queues two tasks in a pool that runs one at a time, without a scope around.
// Right: each task has the session and the user who queued it, though the pool runs it in the context of the task before.

import { sessions } from 'otel-sessions/worker'
import PQueue from 'p-queue'
import type { Application, Case } from '../program.ts'

async function queueTasks(application: Application, isWrapped: boolean): Promise<void> {
  const { users, work, session, tracer } = application
  const queue = new PQueue({ concurrency: 1 })
  await Promise.all(
    users.map((user) =>
      tracer.startActiveSpan(`request of ${user}`, { attributes: { 'test.owner': user } }, async (span) => {
        const task = async ({ signal }: { signal?: AbortSignal | undefined }) => {
          await work(user)
          return [user, signal?.aborted]
        }
        const ofUser = sessions({ session: () => session(user) })
        const run = isWrapped ? ofUser(task) : task
        const { signal } = new AbortController()
        const results = await Promise.all([queue.add(run, { signal }), queue.add(run, { signal })])
        if (results.some(([whose, isAborted]) => whose !== user || isAborted !== false))
          throw new Error('what the task gets or returns is not passed on')
        span.end()
      }),
    ),
  )
}

export const cases: readonly Case[] = [
  {
    name: 'tasks, as usual',
    library: 'p-queue',
    expected: { right: 0, missing: { 'request of user_a': 1, 'request of user_b': 1, work: 4 } },
    run: (application) => queueTasks(application, false),
  },
  {
    name: 'tasks, sessions()',
    library: 'p-queue',
    expected: { right: 6 },
    run: (application) => queueTasks(application, true),
  },
]
