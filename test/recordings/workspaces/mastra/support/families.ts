/** The two ways from Mastra to OpenTelemetry. */
import { Observability } from '@mastra/observability'
import { OtelBridge } from '@mastra/otel-bridge'
import { OtelExporter } from '@mastra/otel-exporter'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
// The version that the bridge pins.
import { Observability as ObservabilityOfBridge } from 'observability-of-bridge'
import type { Family } from '../../../program.ts'
import { converseWithMastra, type Provider } from './agent.ts'

const serviceName = 'bookshop'

/** Mastra's exporter: its spans pass no provider, and their traces are their own. */
export function exporterFamily(name: string, library: string, provider: Provider): Family {
  let createExporter: () => SpanExporter
  return {
    name,
    libraries: ['@mastra/core', '@mastra/observability', '@mastra/otel-exporter', library],
    async start(_, newExporter) {
      createExporter = newExporter
    },
    run(run) {
      const exporter = new OtelExporter({
        // It requires an endpoint even with an exporter; nothing is sent there without logs.
        provider: { custom: { endpoint: run.urls.openai, protocol: 'http/json' } },
        exporter: createExporter(),
        signals: { logs: false },
      })
      const observability = new Observability({
        configs: { default: { serviceName, exporters: [exporter] } },
      })
      return converseWithMastra(run, provider, observability)
    },
    cannot: provider.cannot,
  }
}

/** Mastra's bridge: it starts and ends spans of the application's provider. */
export const bridgeFamily = (name: string, library: string, provider: Provider): Family => ({
  name,
  libraries: ['@mastra/core', 'observability-of-bridge', '@mastra/otel-bridge', library],
  run: (run) =>
    converseWithMastra(
      run,
      provider,
      new ObservabilityOfBridge({ configs: { default: { serviceName, bridge: new OtelBridge() } } }),
    ),
  cannot: provider.cannot,
})
