/**
 * A process that ends while the collector is unavailable: its spans are in the journal, and the next process with
 * the same directory sends them.
 *
 *   node examples/delivery.ts
 *
 * Spans go to a collector at OTEL_EXPORTER_OTLP_ENDPOINT, by default http://localhost:4318.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context, DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

// In an application, use a directory that outlives the process: /var/lib/my-app/spans, a volume of the container.
const directory = mkdtempSync(join(tmpdir(), 'spans-'))

/** The set-up at the start of an application. */
function start(url?: string) {
  const delivery = new PersistentBatchSpanProcessor({ url, directory })
  const provider = new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), delivery] })
  return { delivery, provider, tracer: provider.getTracer('delivery') }
}

const first = start('http://127.0.0.1:1/v1/traces') // refuses connections
usingSession('user_123_conv_456', () => {
  for (const step of ['ask', 'look up', 'answer']) first.tracer.startSpan(step).end()
})
await first.provider.shutdown()
console.log('In the journal:', first.delivery.stats().queued.spans)

const second = start()
await second.provider.forceFlush()
console.log('Found:', second.delivery.stats().adopted)
console.log('Delivered:', second.delivery.stats().delivered)
await second.provider.shutdown()
rmSync(directory, { recursive: true })
