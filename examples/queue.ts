/**
 * Work that runs later, started by other code: a queue whose worker started before any session, and the listener of
 * a long-lived connection. Neither is called from inside the session, so both are bound.
 *
 *   node examples/queue.ts
 */
import { EventEmitter, on } from 'node:events'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { bindSession, sessionProcessors, usingSession } from 'otel-sessions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const spanProcessors = sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())])
const provider = new BasicTracerProvider({ spanProcessors })
trace.setGlobalTracerProvider(provider)

const tracer = trace.getTracer('app')
type Job = () => Promise<void>

/** One worker for all users, which runs outside every session. */
async function work(jobs: AsyncIterable<[Job]>): Promise<void> {
  for await (const [job] of jobs) await job()
}
const queue = new EventEmitter<{ job: [Job]; end: [] }>()
const worker = work(on(queue, 'job', { close: ['end'] }) as AsyncIterable<[Job]>)

const summarise = (text: string) =>
  tracer.startActiveSpan(`summarise ${text}`, async (span) => {
    await new Promise((resolve) => setImmediate(resolve))
    tracer.startSpan('save').end()
    span.end()
  })

/** Without a second argument, `bindSession` uses the active session. */
function later(text: string): void {
  const job = bindSession(() => summarise(text))
  queue.emit('job', job)
}
usingSession('user_123_conv_456', () => later('A'))
usingSession('user_124_conv_789', () => later('B'))

/** A connection belongs to one user from its beginning: its listener is bound to that user's session by ID. */
const connection = new EventEmitter<{ message: [string] }>()
const answer = bindSession(later, 'user_125_conv_012')
connection.on('message', answer)
connection.emit('message', 'C')
connection.off('message', answer) // remove the function that bindSession returned

queue.emit('end')
await worker
await provider.shutdown()
