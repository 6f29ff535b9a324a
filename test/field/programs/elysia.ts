// Elysia's OpenTelemetry plugin reads and writes the active context's private map; a handler enters the user's session.
// Right: the spans of the request and of the handler have the session and the user of the request.
import { opentelemetry } from '@elysiajs/opentelemetry'
import { usingSession } from '@otel-sessions/processor'
import { Elysia } from 'elysia'
import type { Case, Field } from '../program.ts'

const run = async ({ users, session, work, request }: Field): Promise<void> => {
  const app = new Elysia().use(opentelemetry()).post('/chat/:user', ({ params: { user } }) =>
    usingSession(session(user), async () => {
      await work(user)
      return `answer for ${user}`
    }),
  )
  const ask = (user: string) =>
    request(user, async () => {
      const response = await app.handle(new Request(`http://localhost/chat/${user}`, { method: 'POST' }))
      const text = await response.text()
      if (text !== `answer for ${user}`) throw new Error(text)
    })
  await Promise.all(users.map(ask))
}

export const cases: readonly Case[] = [false, true].map((backfill) => ({
  name: backfill ? 'in the handler, backfill' : 'in the handler',
  library: '@elysiajs/opentelemetry',
  backfill,
  expected: { right: 9 },
  run,
}))
