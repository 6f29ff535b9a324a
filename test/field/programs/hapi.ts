// A Hapi application enters the user's session in the handler, and calls a model there.
// Right: the server's span and every handler's have the session and the user of the request.
import { createRequire } from 'node:module'
import { HapiInstrumentation } from '@opentelemetry/instrumentation-hapi'
import { usingSession } from '@otel-sessions/processor'
import type { Case, Field } from '../program.ts'
import { http, visit, type WebRequest, webCases } from '../support/web.ts'

const require = createRequire(import.meta.url)

async function hapi(field: Field): Promise<void> {
  const server = require('@hapi/hapi').server({ port: 0, host: '127.0.0.1' })
  server.route({
    method: 'POST',
    path: '/chat/{user}',
    handler: ({ params: { user } }: WebRequest) =>
      usingSession(field.session(user), async () => {
        await field.work(user)
        return `answer for ${user}`
      }),
  })
  await server.start()
  await visit(field, server.info.port)
  await server.stop()
}

export const cases: readonly Case[] = webCases([
  {
    library: '@hapi/hapi',
    name: 'handler',
    instrumentations: () => [http(), new HapiInstrumentation()],
    run: hapi,
    spans: 18,
  },
])
