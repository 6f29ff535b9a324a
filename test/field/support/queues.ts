import { bindSession, usingSession } from '@otel-sessions/processor'
import type { Case, Expected, Field } from '../program.ts'

export type Job = () => Promise<void>

/** A queue or pool: it runs a job now or later, and tells the caller when it is done. */
export type Run = (job: Job) => Promise<unknown>

interface Queue {
  readonly library: string
  /** Called once per case. */
  create(): Run
  /** Without any remedy. */
  readonly asUsual: Expected
}

/** Three users queue a call of a model each, in their sessions, at once: as usual, and with `bindSession`. */
export function queueCases(queues: readonly Queue[]): Case[] {
  const enqueue = async ({ users, session, work }: Field, run: Run, bind: (job: Job) => Job) => {
    await Promise.all(users.map((user) => usingSession(session(user), () => run(bind(() => work(user))))))
  }
  return queues.flatMap(({ library, create, asUsual }) => [
    { name: 'as usual', library, expected: asUsual, run: (field) => enqueue(field, create(), (job) => job) },
    {
      name: 'with bindSession',
      library,
      expected: { right: 3 },
      run: (field) => enqueue(field, create(), bindSession),
    },
  ])
}
