// Three users' jobs run in a pool of worker threads that serve everybody; each job makes a span in its thread.
// Right: the span has the session of the user whose job it is, and so has what the main thread does afterwards.
import { fileURLToPath } from 'node:url'
import { getSession, usingSession } from '@otel-sessions/processor'
import { Piscina } from 'piscina'
import type { Case, Field, ForeignSpan } from '../program.ts'
import type { ThreadJob } from '../support/thread.ts'

const filename = fileURLToPath(new URL('../support/thread.ts', import.meta.url))

const run =
  (passesSession: boolean) =>
  async ({ users, session, work, add }: Field): Promise<void> => {
    const pool = new Piscina({ filename, maxThreads: 1 })
    const ask = async (owner: string) => {
      const job: ThreadJob = { owner, session: passesSession ? getSession() : undefined }
      const spans: ForeignSpan[] = await pool.run(job, { name: 'runJob' })
      spans.forEach(add)
      await work(owner, 'afterwards')
    }
    await Promise.all(users.map((user) => usingSession(session(user), () => ask(user))))
    await pool.destroy()
  }

export const cases: readonly Case[] = [
  { name: 'as usual', library: 'piscina', expected: { right: 3, missing: { work: 3 } }, run: run(false) },
  { name: 'with the session in the job', library: 'piscina', expected: { right: 6 }, run: run(true) },
]
