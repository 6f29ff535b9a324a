// Two users queue two jobs each, at once, from a request in their session. A worker with two jobs at a time answers them.
// Right: the consumer's span, the work and what it schedules have the session and the user who queued the job.
import { createRequire } from 'node:module'
import { BullMQInstrumentation } from '@appsignal/opentelemetry-instrumentation-bullmq'
import { getSession, usingSession } from '@otel-sessions/processor'
import { type Job, Queue, Worker } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
import { sessions } from 'otel-sessions/worker'
import type { Application, Case } from '../program.ts'

interface Question {
  readonly session: { readonly sessionId?: string | undefined; readonly userId?: string | undefined }
  readonly user: string
}

type Handler = (job: Job<Question, string>) => Promise<string>
type Wrap = (handler: Handler) => Handler

interface SetUp {
  readonly telemetry?: BullMQOtel
  readonly bullmq?: { readonly Queue: typeof Queue; readonly Worker: typeof Worker }
}

/** Answers the jobs of each user, and what it returns or throws reaches the queue. */
async function answerJobs(
  { users, session, work, tracer, redisPort }: Application,
  wrap: Wrap,
  { telemetry, bullmq = { Queue, Worker } }: SetUp = {},
): Promise<void> {
  const connection = { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null }
  const options = { connection, prefix: `case-${process.pid}` }
  const own = telemetry === undefined ? options : { ...options, telemetry }
  const name = 'chat'
  const queue = new bullmq.Queue<Question, string>(name, own)
  const later: Promise<void>[] = []
  const answer: Handler = async ({ data, name }) => {
    await work(data.user)
    if (name === 'fails') throw new Error('no answer')
    later.push(new Promise((resolve) => setImmediate(() => resolve(work(data.user, 'later')))))
    return data.user
  }
  for (const user of users) {
    await tracer.startActiveSpan(`request of ${user}`, async (span) => {
      await usingSession(session(user), async () => {
        const { sessionId, userId } = getSession() ?? {}
        await queue.add('answers', { session: { sessionId, userId }, user })
        await queue.add('fails', { session: { sessionId, userId }, user })
        await work(user, 'of the request')
      })
      span.end()
    })
  }
  const worker = new bullmq.Worker<Question, string>(name, wrap(answer), { ...own, concurrency: 2 })
  let left = users.length * 2
  await new Promise<void>((resolve, reject) => {
    const finish = (isRight: boolean) => {
      if (!isRight) reject(new Error('what the handler returns or throws does not reach the queue'))
      left--
      if (left === 0) resolve()
    }
    worker.on('completed', ({ data }, result) => finish(result === data.user))
    worker.on('failed', (_, { message }) => finish(message === 'no answer'))
  })
  await Promise.all(later)
  await worker.close()
  await queue.close()
}

const withHelper = sessions({ session: ({ data }: Job<Question>) => data.session })
const afterLookup = sessions({
  session: async ({ data }: Job<Question>) => {
    await new Promise((resolve) => setImmediate(resolve))
    return data.session
  },
})
const asUsual: Wrap = (handler) => handler

const run =
  (wrap: Wrap, setUp?: () => SetUp): Case['run'] =>
  (application) =>
    answerJobs(application, wrap, setUp?.())

const telemetry = () => ({ telemetry: new BullMQOtel({ tracerName: 'bullmq' }) })

/** The jobs' own spans. Those of the requests are right without a helper. */
const OWN = { later: 2, work: 4 }
/** Those that BullMQ's telemetry adds for the jobs. */
const OF_JOBS = { 'complete chat': 2, 'fail chat': 2, 'process chat': 4 }

export const cases: readonly Case[] = [
  {
    name: 'as usual',
    library: 'bullmq',
    needsRedis: true,
    expected: { right: 4, missing: OWN },
    run: run(asUsual),
  },
  { name: 'sessions()', library: 'bullmq', needsRedis: true, expected: { right: 10 }, run: run(withHelper) },
  {
    name: 'as usual, bullmq-otel',
    library: 'bullmq',
    needsRedis: true,
    expected: { right: 8, missing: { ...OWN, ...OF_JOBS } },
    run: run(asUsual, telemetry),
  },
  {
    name: 'sessions(), bullmq-otel',
    library: 'bullmq',
    needsRedis: true,
    expected: { right: 22 },
    run: run(withHelper, telemetry),
  },
  {
    name: 'sessions() that looks up the user, bullmq-otel',
    library: 'bullmq',
    needsRedis: true,
    expected: { right: 22 },
    run: run(afterLookup, telemetry),
  },
  {
    // The instrumentation patches BullMQ up to version 5.
    name: 'sessions(), AppSignal',
    library: 'bullmq-5',
    needsRedis: true,
    expected: { right: 18 },
    instrumentations: () => [new BullMQInstrumentation()],
    run: run(withHelper, () => ({ bullmq: createRequire(import.meta.url)('bullmq-5') })),
  },
]
