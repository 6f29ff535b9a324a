// A Fastify application enters the user's session in a hook, or in the handler, and calls a model in the handler.
// Right: the server's span, every hook's and every handler's have the session and the user of the request.
import { createRequire } from 'node:module'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { FastifyInstrumentation } from '@opentelemetry/instrumentation-fastify'
import { usingSession } from '@otel-sessions/processor'
import type { Case, Field } from '../program.ts'
import { authenticate, http, ownerOf, visit, type WebRequest, webCases } from '../support/web.ts'

const require = createRequire(import.meta.url)

type Where = 'hook with done' | 'async hook' | 'handler'

const run =
  (library: string, where: Where, plugin?: () => FastifyOtelInstrumentation) =>
  async (field: Field): Promise<void> => {
    // Fastify requires it.
    require('node:http')
    const app = require(library)()
    if (plugin) await app.register(plugin().plugin())
    if (where === 'hook with done') {
      app.addHook('preHandler', (request: WebRequest, _: unknown, done: () => void) => {
        usingSession(field.session(ownerOf(request.url)), done)
      })
    }
    if (where === 'async hook') {
      app.addHook('preHandler', async (request: WebRequest) => {
        const user = await authenticate(request.url)
        await usingSession(field.session(user), async () => {})
      })
    }
    const answer = async (user: string) => {
      await field.work(user)
      return `answer for ${user}`
    }
    app.post('/chat/:user', async ({ params: { user } }: WebRequest) => {
      if (where !== 'handler') return answer(user)
      return usingSession(field.session(user), () => answer(user))
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    await visit(field, app.server.address().port)
    await app.close()
  }

let otel: FastifyOtelInstrumentation
const withOtel = () => {
  otel = new FastifyOtelInstrumentation()
  return [http(), otel]
}

const oldInstrumentation = () => [http(), new FastifyInstrumentation()]

const HANDLER = 'handler - fastify -> @fastify/otel'

export const cases: readonly Case[] = webCases(
  ['fastify', 'fastify-4'].flatMap((library) => [
    // @fastify/otel runs the handler in the context from before the hooks.
    ...(['hook with done', 'async hook'] as const).map((where) => ({
      library,
      name: `@fastify/otel, ${where}`,
      instrumentations: withOtel,
      run: run(library, where, () => otel),
      spans: 30,
      missing: [HANDLER, 'work'],
      bypassed: true,
    })),
    {
      library,
      name: '@fastify/otel, handler',
      instrumentations: withOtel,
      run: run(library, 'handler', () => otel),
      spans: 24,
    },
    {
      library,
      name: 'instrumentation-fastify, hook with done',
      instrumentations: oldInstrumentation,
      run: run(library, 'hook with done'),
      spans: 24,
    },
    {
      library,
      name: 'instrumentation-fastify, async hook',
      instrumentations: oldInstrumentation,
      run: run(library, 'async hook'),
      spans: 24,
      // No span starts in the scope, so none shows its session before the trace is complete.
      missing: ['POST /chat/:user', 'middleware - fastify', 'request handler - fastify', 'work'],
    },
    {
      library,
      name: 'instrumentation-fastify, handler',
      instrumentations: oldInstrumentation,
      run: run(library, 'handler'),
      spans: 18,
    },
  ]),
)
