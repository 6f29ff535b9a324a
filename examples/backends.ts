/**
 * One session with the attributes that several backends group by: LangSmith's, Datadog's, and one of your own. The
 * spans go to a collector that forwards them to all of these.
 *
 *   node examples/backends.ts
 */
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { datadog, defineBackend, langsmith, sessionProcessors, usingSession } from 'otel-sessions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const own = defineBackend({ name: 'own', session: ['app.session'], user: 'app.user' })
const provider = new BasicTracerProvider({
  spanProcessors: sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())], {
    backends: [langsmith, datadog, own],
  }),
})
trace.setGlobalTracerProvider(provider)

const tracer = trace.getTracer('app')

usingSession({ sessionId: 'user_123_conv_456', userId: 'user_123', metadata: { plan: 'pro' } }, () => {
  tracer.startActiveSpan('answer', (span) => {
    tracer.startSpan('look up').end()
    span.end()
  })
})

await provider.forceFlush()
await provider.shutdown()
