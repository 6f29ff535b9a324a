import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

/** What reached the wrapped exporter; the spans themselves are dropped. */
export const shipped = { spans: 0, withSession: 0 }

/** A wrapped exporter that keeps nothing. */
export const countAndDrop = {
  export(spans: ReadableSpan[], resultCallback: (result: { code: number }) => void) {
    shipped.spans += spans.length
    for (const span of spans) if (span.attributes['session.id'] !== undefined) shipped.withSession++
    resultCallback({ code: 0 })
  },
  async shutdown() {},
}

const gate = new SessionSpanExporter<ReadableSpan>(countAndDrop)
/** A whole pipeline: the processor, the SDK, the gate. */
export const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(gate)],
})

/** The tracer of a whole pipeline: helper, processor, the SDK, the gate. */
export const tracer = provider.getTracer('memory')
