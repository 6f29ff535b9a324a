/** Koa 3: an access log, the session as a middleware, and one route that streams. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import { sessions } from 'otel-sessions/koa'
import { inJob } from '../helpers/otel-sessions.ts'
import { findSession, userOf } from '../work/users.ts'
import { Work } from '../work/work.ts'
import { serve } from './child.ts'

const work = new Work(inJob)
const router = new Router()
router.get('/health', (ctx) => {
  ctx.body = 'ok'
})
router.post('/conversations/:conversation', async (ctx) => {
  const { round } = (await json(ctx.req)) as { round: string }
  const conversation = ctx.params['conversation'] as string
  const turn = { conversation, userId: userOf(ctx.get('authorization')) ?? '', round }
  ctx.res.on('finish', () => work.note('finish', turn))
  ctx.res.on('close', () => work.audit('close', turn))
  await work.prepare(turn)
  ctx.body = Readable.from(work.answer(turn))
})

const conversationOf = ({ path }: Context) => /^\/conversations\/(\w+)$/.exec(path)?.[1]
const app = new Koa()
app.use(async (ctx, next) => {
  const conversation = conversationOf(ctx)
  if (conversation !== undefined) ctx.res.on('finish', () => work.note('access log', { conversation }))
  await next()
})
app.use(sessions({ session: (ctx: Context) => findSession(ctx.get('authorization'), conversationOf(ctx)) }))
app.use(router.routes())

const server = app.listen(0)
await once(server, 'listening')
serve((server.address() as AddressInfo).port, async () => {
  await work.idle()
  await once(server.close(), 'close')
})
