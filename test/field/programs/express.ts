// An Express application enters the user's session in a middleware, as the README says, and calls a model in a handler.
// Right: the server's span, every middleware's and every handler's have the session and the user of the request.
import { createRequire } from 'node:module'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { usingSession } from '@otel-sessions/processor'
import type { Case, Field } from '../program.ts'
import { authenticate, http, serve, type WebRequest, type WebResponse, webCases } from '../support/web.ts'

const require = createRequire(import.meta.url)

const run = (library: string) => async (field: Field) => {
  const express = require(library)
  const app = express()
  app.use('/chat/:user', async (request: WebRequest, _: unknown, next: () => void) => {
    const user = await authenticate(request.originalUrl)
    usingSession(field.session(user), next)
  })
  app.use(express.json())
  const router = express.Router()
  router.post('/:user', async (request: WebRequest, response: WebResponse) => {
    if (request.body.text !== 'hello') throw new Error('the body is not read')
    await field.work(request.params.user)
    response.send(`answer for ${request.params.user}`)
  })
  app.use('/chat', router)
  await serve(field, app)
}

const EXPRESS = '@opentelemetry/instrumentation-express'
const ROUTER = '@opentelemetry/instrumentation-router'

const instrument = (name: string): Instrumentation => {
  const { ExpressInstrumentation, RouterInstrumentation } = require(name)
  return new (name.startsWith(EXPRESS) ? ExpressInstrumentation : RouterInstrumentation)()
}

/** Express's own middlewares, which run before the application's. */
const before = { express: [], 'express-4': ['middleware - query', 'middleware - expressInit'] }
/** What runs behind `next`: instrumentations before 0.62 run it in the context from before the middleware. */
const behind = {
  express: ['middleware - jsonParser', 'router - /:user', 'request handler', 'work'],
  'express-4': ['middleware - jsonParser', 'router - /:user', 'request handler - /chat/:user', 'work'],
}

const rows: { library: 'express' | 'express-4'; name: string; spans: number; missing: readonly string[] }[] =
  [
    { library: 'express', name: EXPRESS, spans: 36, missing: before.express },
    { library: 'express', name: `${EXPRESS}-0.62`, spans: 36, missing: before.express },
    { library: 'express', name: `${EXPRESS}-0.61`, spans: 36, missing: behind.express },
    { library: 'express', name: `${EXPRESS}-0.57`, spans: 36, missing: behind.express },
    { library: 'express', name: ROUTER, spans: 30, missing: [] },
    {
      library: 'express',
      name: `${ROUTER}-0.61`,
      spans: 30,
      missing: ['middleware - jsonParser', 'request handler - /chat/:user', 'work'],
    },
    { library: 'express-4', name: EXPRESS, spans: 48, missing: before['express-4'] },
    { library: 'express-4', name: `${EXPRESS}-0.62`, spans: 48, missing: before['express-4'] },
    ...['0.61', '0.57', '0.48'].map((version) => ({
      library: 'express-4' as const,
      name: `${EXPRESS}-${version}`,
      spans: 48,
      missing: [...before['express-4'], ...behind['express-4']],
    })),
  ]

export const cases: readonly Case[] = webCases(
  rows.map(({ library, name, ...counts }) => ({
    ...counts,
    bypassed: counts.missing.includes('work'),
    library,
    name: name.replace('@opentelemetry/', ''),
    instrumentations: () => [http(), instrument(name)],
    run: run(library),
  })),
)
