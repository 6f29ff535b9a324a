/**
 * AI SDK 7: `streamText` with a tool, as a route handler returns it. The response leaves the session before its
 * body is produced; the spans of the AI SDK, the tool and the HTTP client still carry it.
 *
 *   OPENAI_API_KEY=… node examples/ai-sdk.ts
 */
import { openai } from '@ai-sdk/openai'
import { OpenTelemetry } from '@ai-sdk/otel'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { isStepCount, registerTelemetry, streamText, tool } from 'ai'
import { sessionProcessors, usingSession } from 'otel-sessions'
import { z } from 'zod'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const spanProcessors = sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())])
const tracerProvider = new BasicTracerProvider({ spanProcessors })
trace.setGlobalTracerProvider(tracerProvider)
registerInstrumentations({ tracerProvider, instrumentations: [new UndiciInstrumentation()] })
registerTelemetry(new OpenTelemetry())

const tracer = trace.getTracer('app')
const track = tool({
  description: 'Where a parcel is',
  inputSchema: z.object({ order: z.string() }),
  execute: async ({ order }) => {
    tracer.startSpan('look up').end()
    return `${order} is on its way`
  },
})

function answer(prompt: string): Response {
  const result = streamText({
    model: openai.chat('gpt-5-mini'),
    prompt,
    tools: { track },
    stopWhen: isStepCount(3),
    onEnd: () => tracer.startSpan('save answer').end(),
  })
  return result.toTextStreamResponse()
}

async function serve(session: string, prompt: string): Promise<void> {
  const response = usingSession(session, () => answer(prompt))
  console.log(session, await response.text())
}
await Promise.all([
  serve('user_123_conv_456', 'Where is A-1700?'),
  serve('user_124_conv_789', 'When will B-1800 be here?'),
])
await tracerProvider.shutdown()
