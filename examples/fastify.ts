/**
 * Fastify 5: one plugin enters the session of the request, behind the login. Handlers, error handlers and streamed bodies
 * run inside, also under `@fastify/otel`, which runs them outside of all hooks. The server's span gets the session too.
 *
 *   node examples/fastify.ts
 */
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import fastify, { type FastifyRequest } from 'fastify'
import { registerSessions } from 'otel-sessions'
import { sessions } from 'otel-sessions/fastify'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const otel = new FastifyOtelInstrumentation()
const telemetry = registerSessions({ instrumentations: [new HttpInstrumentation(), otel] })

// These stand for your login and your database: who a token belongs to, and whose a conversation is.
const users = new Map(Object.entries({ 'Bearer token-a': 'user_123', 'Bearer token-b': 'user_124' }))
const owners = new Map(Object.entries({ conv_456: 'user_123', conv_789: 'user_124' }))

/** An answer, word by word, each with its own span. */
async function* answer() {
  for (const word of ['on', 'its', 'way']) {
    trace.getTracer('app').startSpan(`say ${word}`).end()
    yield word
  }
}
type Chat = FastifyRequest<{ Params: { id: string } }>
const found = new WeakMap<object, { sessionId: string; userId: string }>()

const app = fastify()
await app.register(otel.plugin())
app.addHook('onRequest', async (request, reply) => {
  const { id } = (request as Chat).params
  const userId = users.get(request.headers.authorization ?? '')
  // A client that could choose its session ID would write into the sessions of others. So it only names a
  // conversation, which must be one of the user who is logged in.
  if (!userId || owners.get(id) !== userId) return reply.code(404).send()
  found.set(request, { sessionId: `${userId}_${id}`, userId })
})
await app.register(sessions({ session: (request: FastifyRequest) => found.get(request) }))
app.post('/conversations/:id', async () => Readable.from(answer()))

const url = `${await app.listen({ port: 0 })}/conversations/`
const ask = async (id: string, authorization: string) => {
  const response = await fetch(url + id, { method: 'POST', headers: { authorization } })
  console.log(id, response.status, await response.text())
}
await Promise.all([
  ask('conv_456', 'Bearer token-a'),
  ask('conv_789', 'Bearer token-b'),
  ask('conv_789', 'Bearer token-a'), // 404, and no session: it is the other user's
])
await Promise.all([once(app.server, 'close'), app.close()])
await telemetry.shutdown()
