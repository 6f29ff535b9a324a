import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { PRICES } from '@otel-sessions/analytics/prices'
import { SessionAnalytics } from 'otel-sessions'

interface Totals {
  readonly analytics: SessionAnalytics
  /** Counts what it exports, as the guide says; nothing receives it. */
  readonly processor: BatchSpanProcessor
}

function makeTotals(): Totals {
  const analytics = new SessionAnalytics({ prices: PRICES })
  const exporter = analytics.exporter({
    export: (_spans, resultCallback) => resultCallback({ code: 0 }),
    shutdown: async () => {},
  })
  return { analytics, processor: new BatchSpanProcessor(exporter) }
}

const shared = globalThis as { totals?: Totals }
shared.totals ??= makeTotals()

/** One for the process: Next bundles the instrumentation and each route apart. */
export const totals: Totals = shared.totals
