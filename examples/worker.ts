/**
 * A queue of BullMQ: the request puts its session into the job, and the worker enters it. The consumer's span, which
 * BullMQ's telemetry has started before, gets the session too.
 *
 *   REDIS_URL=redis://localhost:6379 node examples/worker.ts
 */
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { type Job, Queue, Worker } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
import { getSession, registerSessions, usingSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/worker'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const telemetry = registerSessions()
const tracer = trace.getTracer('app')

interface Question {
  readonly text: string
  readonly session: { readonly sessionId?: string | undefined; readonly userId?: string | undefined }
}
const { hostname: host, port } = new URL(process.env['REDIS_URL'] ?? 'redis://localhost:6379')
const options = {
  connection: { host, port: Number(port), maxRetriesPerRequest: null },
  telemetry: new BullMQOtel({ tracerName: 'bullmq' }),
}
const queue = new Queue<Question, string>('chat', options)

/** What a request does, inside its session. Who may write to the queue decides about the session of its jobs. */
async function ask(text: string): Promise<void> {
  const { sessionId, userId } = getSession() ?? {}
  await queue.add('answer', { text, session: { sessionId, userId } }, { removeOnComplete: true })
}

/** No session code here: its spans are in the session of the job. */
async function answer({ data }: Job<Question>): Promise<string> {
  const span = tracer.startSpan('answer')
  await new Promise((resolve) => setImmediate(resolve))
  span.end()
  return `${data.text} It is on its way.`
}
const enter = sessions({ session: ({ data }: Job<Question>) => data.session })
const worker = new Worker<Question, string>('chat', enter(answer), { ...options, concurrency: 2 })

let left = 2
const done = new Promise<void>((resolve) => {
  worker.on('completed', (job, text) => {
    console.log(job.data.session.userId, text)
    left--
    if (left === 0) resolve()
  })
})
await Promise.all([
  usingSession({ sessionId: 'user_123_conv_456', userId: 'user_123' }, () => ask('Where is my parcel?')),
  usingSession({ sessionId: 'user_124_conv_789', userId: 'user_124' }, () => ask('Where is my letter?')),
])
await done
await Promise.all([worker.close(), queue.close()])
await telemetry.shutdown()
