/**
 * The whole set-up: a context manager, and `sessionProcessors` around the processors that export. Then one call of
 * `usingSession`, and every span inside carries the session.
 *
 *   node examples/quick-start.ts
 *
 * Spans go to a collector at OTEL_EXPORTER_OTLP_ENDPOINT, by default http://localhost:4318.
 */
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { processStats, sessionProcessors, usingSession } from 'otel-sessions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const provider = new BasicTracerProvider({
  spanProcessors: sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())]),
})
trace.setGlobalTracerProvider(provider)

const tracer = trace.getTracer('quick-start')

async function answer(question: string): Promise<string> {
  return tracer.startActiveSpan('answer', async (span) => {
    await tracer.startActiveSpan('look up', async (lookUp) => lookUp.end())
    span.end()
    return `You asked: ${question}`
  })
}

console.log(await usingSession('user_123_conv_456', () => answer('Where is my parcel?')))

await provider.forceFlush()
console.log(processStats())
await provider.shutdown()
