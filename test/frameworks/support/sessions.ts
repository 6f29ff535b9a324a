import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Mode } from './modes.ts'
import { importPackage } from './opentelemetry.ts'

/** Everything that differs between the modes. */
export interface Sessions {
  readonly processors: readonly SpanProcessor[]
  validate(exporter: SpanExporter): SpanExporter
  inScope<T>(sessionId: string, fn: () => T): T
}

const alone = <T>(_sessionId: string, fn: () => T): T => fn()

export async function setUpSessions(folder: string, mode: Mode): Promise<Sessions> {
  if (mode === 'before') return { processors: [], validate: (exporter) => exporter, inScope: alone }
  // The mode `before` does not load them.
  const { SessionSpanProcessor, usingSession } = await importPackage<
    typeof import('@otel-sessions/processor')
  >(folder, '@otel-sessions/processor')
  const { SessionSpanExporter } = await importPackage<typeof import('@otel-sessions/exporter')>(
    folder,
    '@otel-sessions/exporter',
  )
  const { backfill } = await importPackage<typeof import('@otel-sessions/exporter/backfill')>(
    folder,
    '@otel-sessions/exporter/backfill',
  )
  const options = mode === 'late' ? {} : { backfill: backfill() }
  return {
    processors: [new SessionSpanProcessor()],
    validate: (exporter) => new SessionSpanExporter(exporter, options),
    inScope: mode === 'scope' ? usingSession : alone,
  }
}
