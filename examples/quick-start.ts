/**
 * The whole set-up: a context manager, the processor, and the session exporter around an OTLP exporter. Then one
 * call of `usingSession`, and every span inside carries the session.
 *
 *   node examples/quick-start.ts
 *
 * Spans go to a collector at OTEL_EXPORTER_OTLP_ENDPOINT, by default http://localhost:4318.
 */
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new SessionSpanExporter(new OTLPTraceExporter())
const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)],
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
await exporter.forceFlush()
console.log(exporter.stats())
await provider.shutdown()
