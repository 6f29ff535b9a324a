// Three users queue a call of a model each, in their sessions, at once; the queue runs one at a time.
// Right: each call has the session of the user who queued it.
import { bindSession, usingSession } from '@otel-sessions/processor'
import PQueue from 'p-queue'
import PQueue6 from 'p-queue-6'
import type { Case, Field } from '../program.ts'

type Queue = { add(job: () => Promise<void>): Promise<unknown> }

const run =
  (queue: Queue, bind: (job: () => Promise<void>) => () => Promise<void>) =>
  async ({ users, session, work }: Field): Promise<void> => {
    const enqueue = (user: string) => usingSession(session(user), () => queue.add(bind(() => work(user))))
    await Promise.all(users.map(enqueue))
  }

const versions: { library: string; create(): Queue }[] = [
  { library: 'p-queue', create: () => new PQueue({ concurrency: 1 }) },
  { library: 'p-queue-6', create: () => new PQueue6.default({ concurrency: 1 }) },
]

export const cases: readonly Case[] = versions.flatMap(({ library, create }) => [
  { name: 'as usual', library, expected: { right: 1, wrong: { work: 2 } }, run: run(create(), (job) => job) },
  { name: 'with bindSession', library, expected: { right: 3 }, run: run(create(), bindSession) },
])
