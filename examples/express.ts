/**
 * Express 5: one middleware enters the session of the request. Everything after it runs inside: body parsers,
 * async handlers, the error handler. The server's span started earlier, and gets the session from its children.
 *
 *   OPENAI_API_KEY=… node examples/express.ts
 */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import express, { type ErrorRequestHandler } from 'express'
import OpenAI from 'openai'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new SessionSpanExporter(new OTLPTraceExporter())
const spanProcessors = [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)]
const tracerProvider = new BasicTracerProvider({ spanProcessors })
trace.setGlobalTracerProvider(tracerProvider)
const undici = new UndiciInstrumentation({ requireParentforSpans: true })
registerInstrumentations({ tracerProvider, instrumentations: [new HttpInstrumentation(), undici] })
createRequire(import.meta.url)('node:http') // patched by the first require, never by an import

const openai = new OpenAI()
const reportError: ErrorRequestHandler = (error, _request, response, _next) => {
  trace.getTracer('app').startSpan('report error').end()
  response.status(500).send(error.message)
}
const app = express()
app.use((request, _response, next) => usingSession({ sessionId: request.get('x-session-id') }, next))
app.use(express.text())
app.post('/ask', async ({ body }, response) => {
  if (!body) throw new Error('What is the question?')
  const messages = [{ role: 'user' as const, content: body }]
  const chunks = await openai.chat.completions.create({ model: 'gpt-5-mini', stream: true, messages })
  for await (const chunk of chunks) response.write(chunk.choices[0]?.delta.content ?? '')
  trace.getTracer('app').startSpan('save answer').end()
  response.end()
})
app.use(reportError)

const server = app.listen(0)
const url = `http://localhost:${(server.address() as AddressInfo).port}/ask`
const ask = async (id: string, body: string) =>
  console.log(id, await (await fetch(url, { method: 'POST', headers: { 'x-session-id': id }, body })).text())
await Promise.all([ask('user_123_conv_456', 'Where is my parcel?'), ask('user_124_conv_789', '')])
await once(server.close(), 'close')
await tracerProvider.shutdown()
