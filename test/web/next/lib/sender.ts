import { context, createContextKey } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'

const SUPPRESS = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Sends every span to the process that runs the test, in both runtimes. */
export const sender: SpanProcessor = {
  onStart() {},
  onEnd(span: ReadableSpan) {
    const { name, kind, attributes } = span
    const body = JSON.stringify({ name, kind, attributes, traceId: span.spanContext().traceId })
    context.with(context.active().setValue(SUPPRESS, true), () => {
      fetch(`${process.env.COLLECTOR}/spans`, { method: 'POST', body, cache: 'no-store' }).catch(
        console.error,
      )
    })
  },
  async forceFlush() {},
  async shutdown() {},
}
