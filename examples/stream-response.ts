/**
 * A fetch-style handler, as in Next.js, Remix, Bun or Deno: it returns a web Response, and the server pulls the body
 * later, outside the session. `usingSession` binds the body of the Response, so nothing else is needed.
 *
 *   node examples/stream-response.ts
 */
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

/** Produces each part on demand: the reader of the body causes every call of `pull`. */
function answer(): ReadableStream<Uint8Array> {
  const words = ['on ', 'its ', 'way']
  const encoder = new TextEncoder()
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      const word = words.shift()
      if (word === undefined) return controller.close()
      await tracer.startActiveSpan(`say ${word.trim()}`, async (span) => span.end())
      controller.enqueue(encoder.encode(word))
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** Stands for your login and your database: the conversation of the user to whom a token belongs. */
const conversations = new Map(
  Object.entries({ 'Bearer token-a': 'user_123_conv_456', 'Bearer token-b': 'user_124_conv_789' }),
)

async function handle(request: Request): Promise<Response> {
  // Never an ID that the client sends: it could be another user's session.
  const sessionId = conversations.get(request.headers.get('authorization') ?? '')
  if (sessionId === undefined) return new Response(null, { status: 401 })
  return usingSession(sessionId, async () => {
    await tracer.startActiveSpan('look up', async (span) => span.end())
    return new Response(answer())
  })
}

/** Stands for a server: it reads the body after the handler has returned. */
async function serve(authorization: string): Promise<void> {
  const response = await handle(new Request('http://localhost/', { headers: { authorization } }))
  console.log(await response.text())
}
await Promise.all([serve('Bearer token-a'), serve('Bearer token-b')])
await provider.shutdown()
