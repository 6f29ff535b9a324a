// A Koa or Connect application enters the user's session in a middleware, and calls a model in a handler.
// Right: the server's span, every middleware's and every handler's have the session and the user of the request.
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { ConnectInstrumentation } from '@opentelemetry/instrumentation-connect'
import { KoaInstrumentation } from '@opentelemetry/instrumentation-koa'
import { bindSession, usingSession } from '@otel-sessions/processor'
import type { Case, Field } from '../program.ts'
import {
  authenticate,
  http,
  ownerOf,
  serve,
  type WebRequest,
  type WebResponse,
  webCases,
} from '../support/web.ts'

const require = createRequire(import.meta.url)

type Context = Pick<WebRequest, 'url' | 'params'> & { body: string | Readable | ReadableStream }

async function koa(field: Field): Promise<void> {
  const { default: Koa = require('koa') } = require('koa')
  const { default: Router = require('@koa/router') } = require('@koa/router')
  const app = new Koa()
  app.use(async (ctx: Context, next: () => Promise<void>) => {
    const user = await authenticate(ctx.url)
    await usingSession(field.session(user), next)
  })
  const router = new Router()
  router.post('/chat/:user', async (ctx: Context) => {
    await field.work(ctx.params.user)
    ctx.body = `answer for ${ctx.params.user}`
  })
  app.use(router.routes())
  await serve(field, app.callback())
}

/** Koa sends the body after the outermost middleware, outside every scope. */
const koaStream =
  (toStream: (words: AsyncGenerator<string>) => Readable | ReadableStream, bind: (ctx: Context) => void) =>
  async (field: Field): Promise<void> => {
    const { default: Koa = require('koa') } = require('koa')
    const app = new Koa()
    app.use(async (ctx: Context, next: () => Promise<void>) => {
      const user = await authenticate(ctx.url)
      await usingSession(field.session(user), async () => {
        await next()
        bind(ctx)
      })
    })
    app.use((ctx: Context) => {
      const user = ownerOf(ctx.url)
      async function* words() {
        yield 'answer for '
        await field.work(user)
        yield user
      }
      ctx.body = toStream(words())
    })
    await serve(field, app.callback())
  }

const toWeb = (words: AsyncGenerator<string>): ReadableStream =>
  new ReadableStream({
    async pull(controller) {
      const { done, value } = await words.next()
      if (done) controller.close()
      else controller.enqueue(new TextEncoder().encode(value))
    },
  })

const bindBody = ({ body }: Context): void => {
  if (typeof body === 'object') bindSession(body)
}

async function connect(field: Field): Promise<void> {
  const app = require('connect')()
  app.use(async (request: WebRequest, _: unknown, next: () => void) => {
    const user = await authenticate(request.originalUrl)
    usingSession(field.session(user), next)
  })
  app.use('/chat', async (request: WebRequest, response: WebResponse) => {
    const user = ownerOf(request.originalUrl)
    await field.work(user)
    response.end(`answer for ${user}`)
  })
  await serve(field, app)
}

export const cases: readonly Case[] = webCases([
  {
    library: 'koa',
    name: 'middleware',
    instrumentations: () => [http(), new KoaInstrumentation()],
    run: koa,
    spans: 24,
  },
  {
    library: 'koa',
    name: 'a stream as the body',
    instrumentations: () => [http()],
    run: koaStream(Readable.from, () => {}),
    spans: 12,
    missing: ['work'],
    bypassed: true,
  },
  {
    library: 'koa',
    name: 'a stream as the body, bound in the middleware',
    instrumentations: () => [http()],
    run: koaStream(Readable.from, bindBody),
    spans: 12,
  },
  {
    library: 'koa',
    name: 'a stream as the body, bound in the handler',
    instrumentations: () => [http()],
    run: koaStream(
      (words) => bindSession(Readable.from(words)),
      () => {},
    ),
    spans: 12,
  },
  {
    library: 'koa',
    name: 'a web stream as the body, bound in the middleware',
    instrumentations: () => [http()],
    run: koaStream(toWeb, bindBody),
    spans: 12,
  },
  {
    library: 'connect',
    name: 'middleware',
    instrumentations: () => [http(), new ConnectInstrumentation()],
    run: connect,
    spans: 24,
    // The middleware itself: Connect ends its span when it calls `next`.
    missing: ['middleware - anonymous'],
  },
])
