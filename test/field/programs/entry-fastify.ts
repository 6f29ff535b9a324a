// A Fastify application enters the user's session with `otel-sessions/fastify`, behind its authentication.
// Right: every span of the request, the server's and those of listeners among them, whichever instrumentation there is.
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { FastifyInstrumentation } from '@opentelemetry/instrumentation-fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sessions } from 'otel-sessions/fastify'
import type { Case, Field } from '../program.ts'
import { authenticate, entryCases, http, ownerOf, pool, visit } from '../support/web.ts'

const require = createRequire(import.meta.url)

const WHERE = ['plugin', 'hook', 'route'] as const
type Where = (typeof WHERE)[number]

type Chat = FastifyRequest<{ Params: { user: string } }> & { user?: string }

const users = new WeakMap<object, string>()

const run =
  (library: string, where: Where, plugin?: () => FastifyOtelInstrumentation) =>
  async (field: Field): Promise<void> => {
    // Fastify requires it.
    require('node:http')
    const app: FastifyInstance = require(library)()
    if (plugin) await app.register(plugin().plugin() as never)
    const login = async (request: FastifyRequest) => {
      users.set(request, await authenticate(request.url))
    }
    const enter = sessions({
      session: async (request: FastifyRequest) => {
        await authenticate(request.url)
        return field.session(users.get(request) ?? '')
      },
    })
    const works: Promise<void>[] = []
    app.addHook('onResponse', async (request) => {
      await field.work(ownerOf(request.url), 'onResponse hook')
    })
    app.addHook('onRequest', (request, reply, done) => {
      reply.raw.on('finish', () => works.push(field.work(ownerOf(request.url), 'finish listener')))
      done()
    })
    if (where === 'plugin') {
      app.addHook('onRequest', login)
      await app.register(enter)
    }
    if (where === 'hook') {
      app.addHook('onRequest', login)
      app.addHook('preValidation', enter)
    }
    app.addHook('preSerialization', async (request, _, payload) => {
      await field.work(ownerOf(request.url), 'preSerialization hook')
      return payload
    })
    app.setErrorHandler(async (_error, request, reply) => {
      const user = ownerOf(request.url)
      await field.work(user, 'error handler')
      async function* words() {
        await field.work(user, 'streamed body')
        yield `answer for ${user}`
      }
      return reply.code(200).send(Readable.from(words()))
    })
    const ofRoute = where === 'route' ? { preHandler: [login, enter] } : {}
    app.post('/chat/:user', ofRoute, async (request: FastifyRequest, _reply: FastifyReply) => {
      const { user } = (request as Chat).params
      await field.work(user)
      throw new Error('the model is overloaded')
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const address = app.server.address()
    await visit(field, typeof address === 'object' ? (address?.port ?? 0) : 0)
    await app.close()
    await Promise.all(works)
  }

/** The login of a request waits for a connection, which the handler of another user's request returns. */
const pooled = (plugin?: () => FastifyOtelInstrumentation) => async (field: Field) => {
  require('node:http')
  const app: FastifyInstance = require('fastify')()
  if (plugin) await app.register(plugin().plugin() as never)
  const { acquire, release } = pool()
  app.addHook('onRequest', (request, _, done) =>
    acquire(() => {
      users.set(request, ownerOf(request.url))
      done()
    }),
  )
  await app.register(
    sessions({ session: async (request: FastifyRequest) => field.session(users.get(request) ?? '') }),
  )
  app.post('/chat/:user', async (request: FastifyRequest) => {
    const { user } = (request as Chat).params
    await field.work(user)
    release()
    await field.work(user, 'after another was called')
    return `answer for ${user}`
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  await visit(field, typeof address === 'object' ? (address?.port ?? 0) : 0)
  await app.close()
}

/** Typed by what Fastify passes, without a type of the request. */
export const typed = (app: FastifyInstance, field: Field): unknown =>
  app.addHook('onRequest', sessions({ session: (request) => field.session(request.url) }))

let otel: FastifyOtelInstrumentation
const withOtel = () => {
  otel = new FastifyOtelInstrumentation()
  return otel
}

/** What ends before the application knows the session. With backfill it has it too. */
const endedBefore = {
  plugin: {
    ofOtel: [
      'onRequest - fastify -> @fastify/otel -> otel-sessions',
      'onRequest - login',
      'preHandler - enterSession',
    ],
    ofOld: ['middleware - fastify', 'middleware - login'],
  },
  hook: {
    ofOtel: ['onRequest - fastify -> @fastify/otel', 'onRequest - login', 'preValidation - enterSession'],
    ofOld: ['middleware - fastify', 'middleware - login'],
  },
  route: {
    ofOtel: ['onRequest - fastify -> @fastify/otel', 'preHandler - login', 'preHandler - enterSession'],
    ofOld: ['middleware - fastify'],
  },
}

const pooledCases = [
  {
    library: 'fastify',
    name: 'instrumentation-http, a login that waits for a pool',
    instrumentations: () => [http()],
    run: pooled(),
    spans: 18,
  },
  {
    library: 'fastify',
    name: 'http and @fastify/otel, a login that waits for a pool',
    instrumentations: () => [http(), withOtel()],
    run: pooled(() => otel),
    spans: 42,
    missing: ['onRequest - fastify -> @fastify/otel -> otel-sessions', 'preHandler - enterSession'],
  },
]

export const cases: readonly Case[] = entryCases([
  ...pooledCases,
  ...['fastify', 'fastify-4'].flatMap((library) =>
    WHERE.flatMap((where) => [
      {
        library,
        name: `http and @fastify/otel, ${where}`,
        instrumentations: () => [http(), withOtel()],
        run: run(library, where, () => otel),
        spans: 72,
        missing: endedBefore[where].ofOtel,
      },
      {
        library,
        name: `@fastify/otel alone, ${where}`,
        instrumentations: () => [withOtel()],
        run: run(library, where, () => otel),
        spans: 66,
        missing: endedBefore[where].ofOtel,
      },
      {
        library,
        name: `http and instrumentation-fastify, ${where}`,
        instrumentations: () => [http(), new FastifyInstrumentation()],
        run: run(library, where),
        ...(where === 'route' ? { spans: 54 } : { spans: 66 }),
        missing: endedBefore[where].ofOld,
      },
    ]),
  ),
])
