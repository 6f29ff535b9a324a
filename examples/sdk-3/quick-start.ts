/**
 * The quick start with OpenTelemetry's SDK 3, on Node 22.15 or later. It has its own folder and package.json,
 * because SDK 3 requires `@opentelemetry/api` 1.10 and the other examples use 1.9. Two lines of the set-up differ:
 * `TracerProvider`, and the options object of `BatchSpanProcessor`.
 *
 *   npm install && node quick-start.ts
 */
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { processStats, sessionProcessors, usingSession } from 'otel-sessions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

const provider = new TracerProvider({
  spanProcessors: sessionProcessors([new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })]),
})
trace.setGlobalTracerProvider(provider)

const tracer = trace.getTracer('quick-start')
await usingSession('user_123_conv_456', async () => {
  await tracer.startActiveSpan('answer', async (span) => {
    tracer.startSpan('look up').end()
    span.end()
  })
})

await provider.forceFlush()
console.log(processStats())
await provider.shutdown()
