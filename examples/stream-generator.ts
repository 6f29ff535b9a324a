/**
 * An async generator as the body of an HTTP response, without a framework. It is created inside the session, and
 * runs when Node's pipeline pulls from it, outside. `usingSession` binds what fn returns, so nothing else is needed.
 *
 *   node examples/stream-generator.ts
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { sessionProcessors, usingSession } from 'otel-sessions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const spanProcessors = sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())])
const provider = new BasicTracerProvider({ spanProcessors })
trace.setGlobalTracerProvider(provider)

const tracer = trace.getTracer('app')

/** It contains no session code. Its `finally` runs in the session, too. */
async function* answer() {
  try {
    for (const word of ['on', 'its', 'way']) {
      await tracer.startActiveSpan(`say ${word}`, async (span) => span.end())
      yield `${word} `
    }
  } finally {
    tracer.startSpan('save answer').end()
  }
}

/** Stands for your login and your database: the conversation of the user to whom a token belongs. */
const conversations = new Map(
  Object.entries({ 'Bearer token-a': 'user_123_conv_456', 'Bearer token-b': 'user_124_conv_789' }),
)

const server = createServer(async ({ headers }, response) => {
  // Never an ID that the client sends: it could be another user's session.
  const sessionId = conversations.get(headers.authorization ?? '')
  if (sessionId === undefined) return void response.writeHead(401).end()
  await pipeline(usingSession(sessionId, answer), response)
}).listen(0)

const ask = async (authorization: string) => {
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  console.log(await (await fetch(url, { headers: { authorization } })).text())
}
await Promise.all([ask('Bearer token-a'), ask('Bearer token-b')])
await once(server.close(), 'close')
await provider.shutdown()
