import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { countAndDrop } from './pipeline.ts'
import { hop, type Shape } from './shape.ts'

/** A pipeline whose exporter backfills. */
function backfilling(processors: SessionSpanProcessor[]) {
  const exporter = new SessionSpanExporter<ReadableSpan>(countAndDrop, {
    backfill: backfill({ maxSpans: 100 }),
  })
  const provider = new BasicTracerProvider({
    spanProcessors: [...processors, new SimpleSpanProcessor(exporter)],
  })
  return { tracer: provider.getTracer('memory'), exporter }
}

/** A root without a session, and a child that ends and waits for it, possibly for ever. */
function shapeOf(name: string, processors: SessionSpanProcessor[], ends: (count: number) => boolean): Shape {
  const { tracer, exporter } = backfilling(processors)
  return {
    name,
    times: 500_000,
    isLong: true,
    async run(times) {
      for (let count = 0; count < times; count++) {
        const root = tracer.startSpan('root')
        tracer.startSpan('below', undefined, trace.setSpan(ROOT_CONTEXT, root)).end()
        if (ends(count)) {
          root.setAttribute('session.id', `memory_session_${count}`)
          root.end()
        }
        if (count % 1000 === 0) await hop()
      }
      const { waiting } = exporter.stats()
      if (waiting > 100) throw new Error(`${waiting} spans wait, where at most 100 may`)
      await exporter.forceFlush()
    },
  }
}

export const waiting: readonly Shape[] = [
  shapeOf('a span that waits for its trace', [new SessionSpanProcessor()], () => true),
  shapeOf('a span that waits for a trace that never ends', [new SessionSpanProcessor()], () => false),
  shapeOf('a trace without our processor', [], () => true),
]
