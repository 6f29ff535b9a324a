import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

/** Counts the spans that reached the wrapped exporter; the spans themselves are dropped. */
export const exported = { spans: 0, withSession: 0 }

/** A wrapped exporter that retains nothing. */
export const countAndDrop = {
  export(spans: ReadableSpan[], resultCallback: (result: { code: number }) => void) {
    exported.spans += spans.length
    for (const span of spans) if (span.attributes['session.id'] !== undefined) exported.withSession++
    resultCallback({ code: 0 })
  },
  async shutdown() {},
}

const exporter = new SessionSpanExporter<ReadableSpan>(countAndDrop)
/** A whole pipeline: processor, SDK, exporter. */
export const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(exporter)],
})

/** The tracer of a whole pipeline: helper, processor, SDK, exporter. */
export const tracer = provider.getTracer('memory')
