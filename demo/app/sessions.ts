import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Mode } from '../scenario.ts'

/** Everything that differs between the runs. */
export interface Sessions {
  /** Registered before every other processor. */
  processors: SpanProcessor[]
  wrap(exporter: SpanExporter): SpanExporter
  inSession<T>(session: string, fn: () => T): T
  stats(): SessionStats
}

export interface SessionStats {
  processor?: unknown
  exporter?: unknown
}

const withoutUs = <T>(_session: string, fn: () => T): T => fn()

export async function setUpSessions(mode: Mode): Promise<Sessions> {
  if (mode === 'without') {
    return { processors: [], wrap: (exporter) => exporter, inSession: withoutUs, stats: () => ({}) }
  }
  // The run without our packages does not load them.
  const { SessionSpanProcessor, usingSession } = await import('@otel-sessions/processor')
  const { SessionSpanExporter } = await import('@otel-sessions/exporter')
  const { backfill } = await import('@otel-sessions/exporter/backfill')
  const processor = new SessionSpanProcessor()
  const exporters: InstanceType<typeof SessionSpanExporter>[] = []
  return {
    processors: [processor],
    wrap: (exporter) => {
      const wrapped = new SessionSpanExporter(exporter, {
        backfill: mode === 'backfill' ? backfill() : undefined,
      })
      exporters.push(wrapped)
      return wrapped
    },
    inSession: mode === 'usingSession' ? usingSession : withoutUs,
    stats: () => ({ processor: processor.stats(), exporter: exporters[0]?.stats() }),
  }
}
