/**
 * Hono: one middleware enters the session of the request. The body is sent after it has returned, so it returns the
 * response to `usingSession`, which binds the body. The handlers contain no session code.
 *
 *   node examples/hono.ts
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new SessionSpanExporter(new OTLPTraceExporter())
const spanProcessors = [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)]
const provider = new BasicTracerProvider({ spanProcessors })
trace.setGlobalTracerProvider(provider)

/** An answer, word by word, each with its own span. */
async function* answer() {
  for (const word of ['on', 'its', 'way']) {
    await trace.getTracer('app').startActiveSpan(`say ${word}`, async (span) => span.end())
    yield word
  }
}
const app = new Hono()
app.use((c, next) =>
  usingSession({ sessionId: c.req.header('x-session-id') }, () => next().then(() => c.res)),
)
app.get('/events', (c) =>
  streamSSE(c, async (events) => {
    for await (const data of answer()) await events.writeSSE({ data })
  }),
)
app.get('/body', (c) => {
  const words = answer()
  const pull = async (body: ReadableStreamDefaultController) => {
    const { done, value } = await words.next()
    done ? body.close() : body.enqueue(Buffer.from(value))
  }
  return c.body(new ReadableStream({ pull }))
})

const server = serve({ fetch: app.fetch, port: 0 })
const ask = async (id: string, path: string) => {
  const url = `http://localhost:${(server.address() as AddressInfo).port}${path}`
  console.log(id, await (await fetch(url, { headers: { 'x-session-id': id } })).text())
}
await Promise.all([ask('user_123_conv_456', '/events'), ask('user_124_conv_789', '/body')])
await once(server.close(), 'close')
await provider.shutdown()
