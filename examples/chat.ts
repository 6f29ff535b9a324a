/**
 * A chat with two users and several turns; each turn is its own trace, and the answers are streamed. The stream is
 * created inside the session and read outside, and still keeps it.
 *
 *   OPENAI_API_KEY=… node examples/chat.ts
 */
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import OpenAI from 'openai'
import { sessionProcessors, usingSession } from 'otel-sessions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const provider = new BasicTracerProvider({
  spanProcessors: sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())]),
})
trace.setGlobalTracerProvider(provider)
registerInstrumentations({ tracerProvider: provider, instrumentations: [new UndiciInstrumentation()] })

const openai = new OpenAI()
const tracer = trace.getTracer('chat')

/** One turn. It contains no session code: its spans and the HTTP client's get the session from the caller. */
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
await provider.shutdown()
