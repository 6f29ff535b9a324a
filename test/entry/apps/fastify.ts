/** Fastify 5: the session as a plugin, and one route that streams. */
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import Fastify, { type FastifyRequest } from 'fastify'
import { sessions } from 'otel-sessions/fastify'
import { inJob } from '../helpers/otel-sessions.ts'
import { findSession, userOf } from '../work/users.ts'
import { Work } from '../work/work.ts'
import { serve } from './child.ts'

type Message = { Params: { conversation: string }; Body: { round: string } }

const work = new Work(inJob)
const app = Fastify()
app.get('/health', async () => 'ok')
await app.register(
  sessions({
    session: ({ headers, params }: FastifyRequest) =>
      findSession(headers.authorization, (params as Partial<Message['Params']>).conversation),
  }),
)
app.addHook('onResponse', async ({ params }) => {
  const { conversation } = params as Partial<Message['Params']>
  if (conversation !== undefined) work.note('access log', { conversation })
})
app.post<Message>('/conversations/:conversation', async ({ params, headers, body }, reply) => {
  const turn = { ...params, userId: userOf(headers.authorization) ?? '', round: body.round }
  reply.raw.on('finish', () => work.note('finish', turn))
  reply.raw.on('close', () => work.audit('close', turn))
  await work.prepare(turn)
  return reply.send(Readable.from(work.answer(turn)))
})

await app.listen({ port: 0, host: '127.0.0.1' })
serve((app.server.address() as AddressInfo).port, async () => {
  await work.idle()
  await app.close()
})
