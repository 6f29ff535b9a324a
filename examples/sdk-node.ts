/**
 * NodeSDK. Both processors go into `spanProcessors`, the session processor first; NodeSDK then ignores
 * `traceExporter`. It includes a context manager, and its `shutdown` flushes. By default it sends metrics, too.
 *
 *   OTEL_METRICS_EXPORTER=none node examples/sdk-node.ts
 *
 * The spans of the called service have no session, because it is not propagated to other services.
 */
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { sessionProcessors, usingSession } from 'otel-sessions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const sdk = new NodeSDK({
  spanProcessors: sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())]),
  instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()],
})
sdk.start()
// node:http is patched by the first require, never by an import; the second line is for `get`.
createRequire(import.meta.url)('node:http')
syncBuiltinESMExports()

const service = createServer((_request, response) => response.end('on its way')).listen(0)
const url = `http://localhost:${(service.address() as AddressInfo).port}`

await usingSession('user_123_conv_456', () =>
  trace.getTracer('app').startActiveSpan('track', async (span) => {
    console.log(await (await fetch(url)).text())
    const [response] = (await once(get(url), 'response')) as [IncomingMessage]
    console.log(await text(response))
    span.end()
  }),
)
await once(service.close(), 'close')
await sdk.shutdown()
