import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK, tracing } from '@opentelemetry/sdk-node'
import { sessionProcessors } from 'otel-sessions'
import { getWork } from './work.ts'

const sdk = new NodeSDK({
  spanProcessors: sessionProcessors([new tracing.BatchSpanProcessor(new OTLPTraceExporter())]),
  instrumentations: [
    // Next makes the server's span itself.
    new HttpInstrumentation({ disableIncomingRequestInstrumentation: true }),
    new UndiciInstrumentation(),
  ],
})
sdk.start()
// Here, so that the loop of its queue begins in no request.
const work = getWork()

// From `apps/next.ts`.
process.once('message', async () => {
  await work.idle()
  await sdk.shutdown()
  process.disconnect()
})
