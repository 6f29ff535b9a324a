/**
 * Koa 3: one middleware enters the session of the request, behind the login. Koa sends a streamed body when all middlewares
 * have returned; it is produced in the session all the same. The server's span gets the session too.
 *
 *   node examples/koa.ts
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import Koa, { type Context } from 'koa'
import { registerSessions } from 'otel-sessions'
import { sessions } from 'otel-sessions/koa'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const telemetry = registerSessions({ instrumentations: [new HttpInstrumentation()] })

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
const app = new Koa()
app.use(async (ctx, next) => {
  const id = ctx.path.slice('/conversations/'.length)
  const userId = users.get(ctx.get('authorization'))
  // A client that could choose its session ID would write into the sessions of others. So it only names a
  // conversation, which must be one of the user who is logged in.
  if (!userId || owners.get(id) !== userId) ctx.throw(404)
  ctx.state['session'] = { sessionId: `${userId}_${id}`, userId }
  await next()
})
app.use(sessions({ session: (ctx: Context) => ctx.state['session'] }))
app.use((ctx) => {
  ctx.body = Readable.from(answer())
})

const server = app.listen(0)
const url = `http://localhost:${(server.address() as AddressInfo).port}/conversations/`
const ask = async (id: string, authorization: string) => {
  const response = await fetch(url + id, { headers: { authorization } })
  console.log(id, response.status, await response.text())
}
await Promise.all([
  ask('conv_456', 'Bearer token-a'),
  ask('conv_789', 'Bearer token-b'),
  ask('conv_789', 'Bearer token-a'), // 404, and no session: it is the other user's
])
await once(server.close(), 'close')
await telemetry.shutdown()
