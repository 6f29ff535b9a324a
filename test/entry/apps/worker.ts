/** A worker of BullMQ: it does two jobs at a time, each in the session that the job comes with. */
import { Worker } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
import { sessions } from 'otel-sessions/worker'
import { inJob } from '../helpers/otel-sessions.ts'
import type { ChatJob } from '../support/clients.ts'
import { type Turn, Work } from '../work/work.ts'
import { serve } from './child.ts'

const work = new Work(inJob)

// Who adds a job has checked that the conversation is the user's.
const inSession = sessions({
  session: ({ data }: ChatJob) => data && { sessionId: data.conversation, userId: data.userId },
})

const worker = new Worker<Turn | null, string>(
  'chat',
  inSession(async ({ data }: ChatJob) => {
    if (data === null) return 'ok'
    await work.prepare(data)
    let text = ''
    for await (const part of work.answer(data)) text += part
    return text
  }),
  {
    connection: { port: Number(process.env['REDIS_PORT']) },
    concurrency: 2,
    // It would come as often as there is time.
    skipStalledCheck: true,
    telemetry: new BullMQOtel({}),
  },
)
await worker.waitUntilReady()
serve(0, async () => {
  await work.idle()
  await worker.close()
})
