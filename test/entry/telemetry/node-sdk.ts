/** Preloaded: `NodeSDK` with the processors of the helper that the environment names. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { instrumentations, instrumentImports } from './instrumentations.ts'

/** What a helper puts into the set-up. */
interface SetUpHelper {
  createProcessors(exporter: SpanExporter): SpanProcessor[]
}

const { createProcessors } = (await import(`../helpers/${process.env['HELPER']}.ts`)) as SetUpHelper
const sdk = new NodeSDK({
  spanProcessors: createProcessors(new OTLPTraceExporter()),
  instrumentations: [...instrumentations],
})
sdk.start()
instrumentImports()
// `apps/child.ts` disconnects when the application has stopped.
process.once('disconnect', () => sdk.shutdown())
