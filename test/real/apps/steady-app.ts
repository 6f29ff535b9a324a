/** Spans at an even pace for some seconds, each in its own session, whatever the collector does. */
import { setTimeout as delay } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'

const ROUNDS = 80
const PAUSE_MILLIS = 100
const SPANS = 5

const { WITNESS_EXPORTER } = process.env
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new SessionSpanExporter(
  WITNESS_EXPORTER === 'proto' ? new ProtobufExporter() : new JsonExporter(),
)
const provider = new BasicTracerProvider({
  spanProcessors: [
    new SessionSpanProcessor(),
    new BatchSpanProcessor(exporter, { scheduledDelayMillis: 500 }),
  ],
})
trace.setGlobalTracerProvider(provider)
const tracer = trace.getTracer('steady')

for (let round = 0; round < ROUNDS; round++) {
  for (let index = 0; index < SPANS; index++) {
    // The name contains the correct session.
    const session = `user_${round}_conv_${index}`
    usingSession(session, () => tracer.startSpan(session).end())
  }
  await delay(PAUSE_MILLIS)
}
// It must exit even if the collector never answers.
await Promise.allSettled([provider.forceFlush()])
await Promise.allSettled([exporter.forceFlush()])
await Promise.allSettled([provider.shutdown()])
