import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Mode } from '../scenario.ts'

/** All that differs between the runs. */
export interface Sessions {
  /** Go before every other processor. */
  processors: SpanProcessor[]
  gate(exporter: SpanExporter): SpanExporter
  inSession<T>(session: string, fn: () => T): T
  stats(): SessionStats
}

export interface SessionStats {
  processor?: unknown
  exporter?: unknown
}

const alone = <T>(_session: string, fn: () => T): T => fn()

export async function setUpSessions(mode: Mode): Promise<Sessions> {
  if (mode === 'without') {
    return { processors: [], gate: (exporter) => exporter, inSession: alone, stats: () => ({}) }
  }
  // Not even loaded in the run without our packages.
  const { SessionSpanProcessor, usingSession } = await import('@otel-sessions/processor')
  const { SessionSpanExporter } = await import('@otel-sessions/exporter')
  const processor = new SessionSpanProcessor()
  const gates: InstanceType<typeof SessionSpanExporter>[] = []
  return {
    processors: [processor],
    gate: (exporter) => {
      const gate = new SessionSpanExporter(exporter, { fillFromTrace: mode === 'waiting' ? {} : false })
      gates.push(gate)
      return gate
    },
    inSession: mode === 'usingSession' ? usingSession : alone,
    stats: () => ({ processor: processor.stats(), exporter: gates[0]?.stats() }),
  }
}
