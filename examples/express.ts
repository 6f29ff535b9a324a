/**
 * Express 5: one middleware enters the session of the request, behind the login. Everything after it runs inside: body
 * parsers, async handlers, error handlers, listeners. The server's span has started before, and gets the session too.
 *
 *   OPENAI_API_KEY=… node examples/express.ts
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import express, { type ErrorRequestHandler, type Request } from 'express'
import OpenAI from 'openai'
import { registerSessions } from 'otel-sessions'
import { sessions } from 'otel-sessions/express'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const undici = new UndiciInstrumentation({ requireParentforSpans: true })
const telemetry = registerSessions({ instrumentations: [new HttpInstrumentation(), undici] })

// These stand for your login and your database: who a token belongs to, and whose a conversation is.
const users = new Map(Object.entries({ 'Bearer token-a': 'user_123', 'Bearer token-b': 'user_124' }))
const owners = new Map(Object.entries({ conv_456: 'user_123', conv_789: 'user_124' }))

const openai = new OpenAI()
const save = (what: string) => trace.getTracer('app').startSpan(what).end()
const reportError: ErrorRequestHandler = (error, _request, response, _next) => {
  save('report error')
  response.status(500).send(error.message)
}
const app = express()
app.use('/conversations/:id', ({ headers, params }, response, next) => {
  const userId = users.get(headers.authorization ?? '')
  // A client that could choose its session ID would write into the sessions of others. So it only names a
  // conversation, which must be one of the user who is logged in.
  if (!userId || owners.get(params.id) !== userId) return void response.sendStatus(404)
  response.locals['session'] = { sessionId: `${userId}_${params.id}`, userId }
  next()
})
app.use(sessions({ session: (request: Request) => request.res?.locals['session'] }))
app.use(express.text())
app.post('/conversations/:id', async ({ body }, response) => {
  response.on('finish', () => save('finish'))
  if (!body) throw new Error('What is the question?')
  const messages = [{ role: 'user' as const, content: body }]
  const chunks = await openai.chat.completions.create({ model: 'gpt-5-mini', stream: true, messages })
  for await (const chunk of chunks) response.write(chunk.choices[0]?.delta.content ?? '')
  save('save answer')
  response.end()
})
app.use(reportError)

const server = app.listen(0)
const url = `http://localhost:${(server.address() as AddressInfo).port}/conversations/`
const ask = async (id: string, authorization: string, body: string) => {
  const response = await fetch(url + id, { method: 'POST', headers: { authorization }, body })
  console.log(id, response.status, await response.text())
}
await Promise.all([
  ask('conv_456', 'Bearer token-a', 'Where is my parcel?'),
  ask('conv_789', 'Bearer token-b', ''),
  ask('conv_789', 'Bearer token-a', 'What did the other user write?'), // 404, and no session
])
await once(server.close(), 'close')
await telemetry.shutdown()
