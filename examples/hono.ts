/**
 * Hono: one middleware enters the session of the request, behind the login. Hono sends the body when all middlewares have
 * returned; it is produced in the session all the same. The server's span gets the session too.
 *
 *   node examples/hono.ts
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { registerSessions } from 'otel-sessions'
import { sessions } from 'otel-sessions/hono'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const telemetry = registerSessions({ instrumentations: [new HttpInstrumentation()] })

// These stand for your login and your database: who a token belongs to, and whose a conversation is.
const users = new Map(Object.entries({ 'Bearer token-a': 'user_123', 'Bearer token-b': 'user_124' }))
const owners = new Map(Object.entries({ conv_456: 'user_123', conv_789: 'user_124' }))

/** An answer, word by word, each with its own span. */
async function* answer() {
  for (const word of ['on', 'its', 'way']) {
    await trace.getTracer('app').startActiveSpan(`say ${word}`, async (span) => span.end())
    yield word
  }
}
type Env = { Variables: { session: { sessionId: string; userId: string } } }
const app = new Hono<Env>()
app.use('/conversations/:id/*', async (c, next) => {
  const userId = users.get(c.req.header('authorization') ?? '')
  // A client that could choose its session ID would write into the sessions of others. So it only names a
  // conversation, which must be one of the user who is logged in.
  if (!userId || owners.get(c.req.param('id')) !== userId) return c.notFound()
  c.set('session', { sessionId: `${userId}_${c.req.param('id')}`, userId })
  return next()
})
app.use('/conversations/*', sessions({ session: (c: Context<Env>) => c.var.session }))
app.get('/conversations/:id/events', (c) =>
  streamSSE(c, async (events) => {
    for await (const data of answer()) await events.writeSSE({ data })
  }),
)
app.get('/conversations/:id/body', (c) => {
  const words = answer()
  const pull = async (body: ReadableStreamDefaultController) => {
    const { done, value } = await words.next()
    done ? body.close() : body.enqueue(Buffer.from(value))
  }
  return c.body(new ReadableStream({ pull }, { highWaterMark: 0 }))
})

const server = serve({ fetch: app.fetch, port: 0 })
const url = `http://localhost:${(server.address() as AddressInfo).port}/conversations/`
const ask = async (path: string, authorization: string) =>
  console.log(path, await (await fetch(url + path, { headers: { authorization } })).text())
await Promise.all([
  ask('conv_456/events', 'Bearer token-a'),
  ask('conv_789/body', 'Bearer token-b'),
  ask('conv_789/body', 'Bearer token-a'), // 404, and no session: it is the other user's
])
await once(server.close(), 'close')
await telemetry.shutdown()
