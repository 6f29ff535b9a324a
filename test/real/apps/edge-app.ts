/** The edge cases on the wire. Writes the expectation for each span to EXPECTED_FILE. */
import { writeFileSync } from 'node:fs'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { withoutOnEnding } from '../../support/tracing.ts'
import { type Expectations, runCases } from './edge-cases.ts'

const { WITNESS_EXPORTER, WITHOUT_VALIDATION, JOURNAL, EXPECTED_FILE = '' } = process.env

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

/** With our own encoder, journal and transport. */
function delivery() {
  const processor = new PersistentBatchSpanProcessor({ directory: JOURNAL, maxExportBatchSize: 256 })
  return { processor, flush: async () => {} }
}

/** With OpenTelemetry's processor and exporter. */
function stock() {
  const otlp = WITNESS_EXPORTER === 'proto' ? new ProtobufExporter() : new JsonExporter()
  const exporter = WITHOUT_VALIDATION === undefined ? new SessionSpanExporter(otlp) : otlp
  // Large enough for the burst: drops of the SDK's queue are not tested here.
  const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 10_000 })
  return { processor, flush: async () => exporter.forceFlush?.() }
}

function pipeline(service: string, sessions: SpanProcessor) {
  const { processor, flush } = JOURNAL === undefined ? stock() : delivery()
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': '1.2.3' }),
    spanProcessors: [sessions, processor],
  })
  return {
    tracers: [provider.getTracer('first', '1.0.0'), provider.getTracer('second', '2.0.0')] as const,
    close: async () => {
      await provider.forceFlush()
      await flush()
      await provider.shutdown()
    },
  }
}

const pipelines = [
  // Everything is on the span before it ends; the exporter only drops.
  pipeline('stamped-by-the-processor', new SessionSpanProcessor()),
  // As on an older SDK: the exporter writes late sessions, so most spans of a batch are views.
  pipeline('stamped-by-the-exporter', withoutOnEnding(new SessionSpanProcessor())),
]
const expectations: Expectations = {}
for (const { tracers } of pipelines) await runCases(tracers, expectations)
writeFileSync(EXPECTED_FILE, JSON.stringify(expectations))
for (const { close } of pipelines) await close()
