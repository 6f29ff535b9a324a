/**
 * The OpenAI SDK's loop of requests and tools, as the body of a response. It leaves the session before the first
 * request. Each request and each tool call is its own trace here: the session is what joins them.
 *
 *   OPENAI_API_KEY=… node examples/stream-openai.ts
 */
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import OpenAI from 'openai'
import { ChatCompletionStreamingRunner } from 'openai/lib/ChatCompletionStreamingRunner'
import { sessionProcessors, usingSession } from 'otel-sessions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const spanProcessors = sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())])
const tracerProvider = new BasicTracerProvider({ spanProcessors })
trace.setGlobalTracerProvider(tracerProvider)
const instrumentation = new OpenAIInstrumentation()
registerInstrumentations({ tracerProvider, instrumentations: [new UndiciInstrumentation(), instrumentation] })
instrumentation.manuallyInstrument(OpenAI) // an ESM application passes the class

const openai = new OpenAI()

function track({ order }: { order: string }): string {
  trace.getTracer('app').startSpan('look up').end()
  return `${order} is on its way`
}

function answer(question: string): ReadableStream {
  const parameters = { type: 'object', properties: { order: { type: 'string' } } }
  const tool = { name: 'track', description: 'Where it is', parameters, function: track, parse: JSON.parse }
  const loop = openai.chat.completions.runTools({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: question }],
    tools: [{ type: 'function', function: tool }],
    stream: true,
  })
  return loop.toReadableStream()
}

async function serve(session: string, question: string): Promise<void> {
  const { body } = new Response(usingSession(session, () => answer(question)))
  const received = ChatCompletionStreamingRunner.fromReadableStream(body as ReadableStream)
  console.log(session, await received.finalContent()) // what a browser does with the body
}
await Promise.all([
  serve('user_123_conv_456', 'Where is A-1700?'),
  serve('user_124_conv_789', 'When will B-1800 be here?'),
])
await tracerProvider.shutdown()
