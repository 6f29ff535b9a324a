/**
 * A chat: two users, several turns, each turn a trace of its own, the answer streamed. The stream is made
 * inside the session and read outside of it, and keeps it all the same.
 *
 *   OPENAI_API_KEY=… node examples/chat.ts
 */
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import OpenAI from 'openai'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new SessionSpanExporter(new OTLPTraceExporter())
const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)],
})
trace.setGlobalTracerProvider(provider)
registerInstrumentations({ tracerProvider: provider, instrumentations: [new UndiciInstrumentation()] })

const openai = new OpenAI()
const tracer = trace.getTracer('chat')

/** One turn. It knows nothing of sessions: the spans of the HTTP client and its own get theirs from outside. */
async function* turn(question: string) {
  const span = tracer.startSpan('turn')
  const messages = [{ role: 'user' as const, content: question }]
  const chunks = await context.with(trace.setSpan(context.active(), span), async () =>
    openai.chat.completions.create({ model: 'gpt-5-mini', stream: true, messages }),
  )
  for await (const chunk of chunks) yield chunk.choices[0]?.delta.content ?? ''
  tracer.startSpan('save answer').end()
  span.end()
}

async function chat(userId: string, sessionId: string, questions: string[]): Promise<void> {
  for (const question of questions) {
    let text = ''
    for await (const part of usingSession({ sessionId, userId }, () => turn(question))) text += part
    console.log(`${userId}: ${text}`)
  }
}

await Promise.all([
  chat('user_123', 'user_123_conv_456', ['Where is parcel A-17?', 'And when will it be here?']),
  chat('user_124', 'user_124_conv_789', ['Can I change the address?', 'Thank you']),
])
await provider.forceFlush()
await exporter.forceFlush()
await provider.shutdown()
