/** Hono 4 on Node: the session as a middleware, and one route that streams. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve as serveHono } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { sessions } from 'otel-sessions/hono'
import { inJob } from '../helpers/otel-sessions.ts'
import { bodyOf } from '../work/body.ts'
import { findSession, userOf } from '../work/users.ts'
import { Work } from '../work/work.ts'
import { serve } from './child.ts'

type Env = { Bindings: HttpBindings }

const work = new Work(inJob)
const app = new Hono<Env>()
app.get('/health', (c) => c.text('ok'))
app.use('/conversations/:conversation', async (c, next) => {
  const conversation = c.req.param('conversation')
  c.env.outgoing.on('finish', () => work.note('access log', { conversation }))
  await next()
})
app.use(
  '/conversations/:conversation',
  sessions({
    session: (c: Context<Env>) => findSession(c.req.header('authorization'), c.req.param('conversation')),
  }),
)
app.post('/conversations/:conversation', async (c) => {
  const { round } = await c.req.json<{ round: string }>()
  const conversation = c.req.param('conversation')
  const turn = { conversation, userId: userOf(c.req.header('authorization')) ?? '', round }
  c.env.outgoing.on('finish', () => work.note('finish', turn))
  c.env.outgoing.on('close', () => work.audit('close', turn))
  await work.prepare(turn)
  return c.body(bodyOf(work.answer(turn)))
})

const server = serveHono({ fetch: app.fetch, port: 0 }) as Server
await once(server, 'listening')
serve((server.address() as AddressInfo).port, async () => {
  await work.idle()
  await once(server.close(), 'close')
})
