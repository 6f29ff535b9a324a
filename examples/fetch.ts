/**
 * A handler of the form `(request) => Response`, as Bun, Deno and Cloudflare Workers have it: one line enters the session of
 * the request, also for the body that is sent later. Here @hono/node-server serves it, on Node.
 *
 *   node examples/fetch.ts
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { registerSessions } from 'otel-sessions'
import { sessions } from 'otel-sessions/fetch'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const telemetry = registerSessions()

// These stand for your login and your database: who a token belongs to, and whose a conversation is.
const users = new Map(Object.entries({ 'Bearer token-a': 'user_123', 'Bearer token-b': 'user_124' }))
const owners = new Map(Object.entries({ conv_456: 'user_123', conv_789: 'user_124' }))

// A client that could choose its session ID would write into the sessions of others. So it only names a conversation,
// which must be one of the user who is logged in.
function conversationOf(request: Request) {
  const userId = users.get(request.headers.get('authorization') ?? '')
  const [, , id = ''] = new URL(request.url).pathname.split('/')
  return userId && owners.get(id) === userId ? { sessionId: `${userId}_${id}`, userId } : null
}

/** An answer, word by word, each with its own span. */
async function* answer() {
  for (const word of ['on', 'its', 'way']) {
    await trace.getTracer('app').startActiveSpan(`say ${word}`, async (span) => span.end())
    yield new TextEncoder().encode(word)
  }
}

const handler = sessions({ session: conversationOf })((request: Request) => {
  if (conversationOf(request) === null) return new Response('not found', { status: 404 })
  const words = answer()
  const next = async (controller: ReadableStreamDefaultController) => {
    const { done, value } = await words.next()
    if (done) controller.close()
    else controller.enqueue(value)
  }
  return new Response(new ReadableStream({ pull: next }))
})

const server = serve({ fetch: handler, port: 0 }) // Workers: export default { fetch: handler }
const url = `http://localhost:${(server.address() as AddressInfo).port}/conversations/`
const ask = async (id: string, authorization: string) =>
  console.log(id, await (await fetch(url + id, { headers: { authorization } })).text())
await Promise.all([
  ask('conv_456', 'Bearer token-a'),
  ask('conv_789', 'Bearer token-b'),
  ask('conv_789', 'Bearer token-a'), // not found: it is the other user's
])
await once(server.close(), 'close')
await telemetry.shutdown()
