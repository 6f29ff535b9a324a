// An Express or Connect application enters the user's session with `otel-sessions/express`, behind its authentication.
// Right: every span of the request, the server's and those of listeners among them, whichever instrumentation there is.
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { ConnectInstrumentation } from '@opentelemetry/instrumentation-connect'
import type { Request } from 'express'
import { sessions } from 'otel-sessions/express'
import type { Case, Field } from '../program.ts'
import {
  authenticate,
  entryCases,
  http,
  ownerOf,
  pool,
  serve,
  type WebRequest,
  type WebResponse,
} from '../support/web.ts'

const require = createRequire(import.meta.url)

type Next = (error?: unknown) => void
type Authenticated = WebRequest & { user: string }
/** Whether the function answers at once, or looks the conversation up. */
type Answer = 'at once' | 'later'

const enter = (field: Field, answer: Answer) =>
  sessions({
    session: ({ user }: Authenticated) =>
      answer === 'at once' ? field.session(user) : authenticate(`/chat/${user}`).then(field.session),
  })

/** Works in listeners of the response, and waits for them before the case is judged. */
function listening(field: Field) {
  const works: Promise<void>[] = []
  const listen =
    (name: string) =>
    (request: Authenticated, response: NodeJS.EventEmitter, next: Next): void => {
      for (const event of ['finish', 'close']) {
        response.on(event, () => works.push(field.work(request.user, `${event} ${name}`)))
      }
      next()
    }
  return { listen, done: () => Promise.all(works) }
}

const login = async (request: Authenticated, _: unknown, next: Next): Promise<void> => {
  request.user = await authenticate(request.originalUrl)
  next()
}

const run = (library: string, answer: Answer) => async (field: Field) => {
  const express = require(library)
  const app = express()
  const { listen, done } = listening(field)
  app.use(login, listen('before'), enter(field, answer), listen('after'), express.json())
  const router = express.Router()
  router.post('/:user', async ({ body, user }: Authenticated, _: unknown, next: Next) => {
    if (body.text !== 'hello') throw new Error('the body is not read')
    await field.work(user)
    next(new Error('the model is overloaded'))
  })
  app.use('/chat', router)
  app.use((_error: Error, { user }: Authenticated, response: NodeJS.WritableStream, _next: Next) => {
    async function* words() {
      await field.work(user, 'error handler')
      yield 'answer for '
      await field.work(user, 'streamed body')
      yield user
    }
    Readable.from(words()).pipe(response)
  })
  await serve(field, app)
  await done()
}

/** The login of a request waits for a connection, which the handler of another user's request returns. */
const pooled = async (field: Field) => {
  const app = require('express')()
  const { acquire, release } = pool()
  const { listen, done } = listening(field)
  const logIn = (request: Authenticated, _: unknown, next: Next) =>
    acquire(() => {
      request.user = ownerOf(request.originalUrl)
      next()
    })
  const early = (request: Authenticated, response: NodeJS.EventEmitter, next: Next) => {
    request.user = ownerOf(request.originalUrl)
    listen('before')(request, response, next)
  }
  app.use(early, logIn, enter(field, 'later'))
  app.use('/chat', async ({ user }: Authenticated, response: WebResponse) => {
    await field.work(user)
    release()
    await field.work(user, 'after another was called')
    response.end(`answer for ${user}`)
  })
  await serve(field, app)
  await done()
}

const connect = (answer: Answer) => async (field: Field) => {
  const app = require('connect')()
  app.use(login)
  app.use(enter(field, answer))
  app.use('/chat', async ({ user }: Authenticated, response: WebResponse) => {
    await field.work(user)
    response.end(`answer for ${user}`)
  })
  await serve(field, app)
}

/** Typed by what the application writes, under the types of Express: nothing is to be cast. */
export const typed = (app: import('express').Application, field: Field): unknown =>
  app
    .use(sessions({ session: (request: Request) => field.session(request.originalUrl) }))
    .use(sessions({ session: (request) => field.session(request.originalUrl) }))

const EXPRESS = '@opentelemetry/instrumentation-express'
const ROUTER = '@opentelemetry/instrumentation-router'

const instrument = (name: string): Instrumentation => {
  const { ExpressInstrumentation, RouterInstrumentation } = require(name)
  return new (name.startsWith(EXPRESS) ? ExpressInstrumentation : RouterInstrumentation)()
}

/** What ends before the application knows the session. With backfill it has it too. */
const before = ['middleware - login', 'middleware - <anonymous>']
const ofExpress4 = ['middleware - query', 'middleware - expressInit']

const express = (library: 'express' | 'express-4', name: string, answer: Answer) => ({
  library,
  name: `${name.replace('@opentelemetry/', '')}, ${answer}`,
  instrumentations: () => [http(), instrument(name)],
  run: run(library, answer),
  spans: library === 'express' ? 90 : 102,
  missing: library === 'express' ? before : [...before, ...ofExpress4],
})

const pooledExpress = (version: string) => ({
  library: 'express',
  name: `instrumentation-express${version}, a login that waits for a pool`,
  instrumentations: () => [http(), instrument(EXPRESS + version)],
  run: pooled,
  spans: 54,
  missing: ['middleware - early', 'middleware - logIn'],
})

export const cases: readonly Case[] = entryCases([
  ...['', '-0.62', '-0.61', '-0.57'].map((version) => express('express', EXPRESS + version, 'later')),
  ...['', '-0.61'].map((version) => express('express', ROUTER + version, 'later')),
  ...['', '-0.62', '-0.61', '-0.57', '-0.48'].map((version) =>
    express('express-4', EXPRESS + version, 'later'),
  ),
  express('express', EXPRESS, 'at once'),
  express('express-4', `${EXPRESS}-0.57`, 'at once'),
  {
    library: 'express',
    name: 'instrumentation-http, a login that waits for a pool',
    instrumentations: () => [http()],
    run: pooled,
    spans: 30,
  },
  {
    library: 'express',
    name: 'no instrumentation, a login that waits for a pool',
    run: pooled,
    spans: 24,
  },
  pooledExpress('-0.61'),
  {
    library: 'connect',
    name: 'instrumentation-connect, later',
    instrumentations: () => [http(), new ConnectInstrumentation()],
    run: connect('later'),
    spans: 30,
    // Its spans are not active while the middleware runs, and end when it calls `next`.
    missing: ['middleware - login', 'middleware - enterSession'],
  },
]).concat(
  // It starts the helper's own span in the context of the other request, so backfill has seen both sessions in the trace.
  entryCases([pooledExpress('')]).filter(({ backfill }) => !backfill),
)
