// A Koa application enters the user's session with `otel-sessions/koa`, behind its authentication.
// Right: every span of the request, the server's, those of a streamed body and of listeners among them.
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { KoaInstrumentation } from '@opentelemetry/instrumentation-koa'
import { sessions } from 'otel-sessions/koa'
import type { Case, Field } from '../program.ts'
import { authenticate, entryCases, http, serve, type WebRequest } from '../support/web.ts'

const require = createRequire(import.meta.url)

interface Context extends Pick<WebRequest, 'url' | 'params'> {
  readonly state: { user: string }
  readonly res: NodeJS.EventEmitter
  body: unknown
}
type Next = () => Promise<void>

const BODIES = {
  text: (words: AsyncGenerator<string>) => text(Readable.from(words)),
  'a Node stream': (words: AsyncGenerator<string>) => Readable.from(words),
  'a web stream': (words: AsyncGenerator<string>) =>
    new ReadableStream({
      async pull(controller) {
        const { done, value } = await words.next()
        if (done) controller.close()
        else controller.enqueue(new TextEncoder().encode(value))
      },
    }),
  'a Response': (words: AsyncGenerator<string>) => new Response(BODIES['a web stream'](words)),
}

const run = (body: keyof typeof BODIES) => async (field: Field) => {
  const { default: Koa = require('koa') } = require('koa')
  const { default: Router = require('@koa/router') } = require('@koa/router')
  const app = new Koa()
  const works: Promise<void>[] = []
  app.use(async (ctx: Context, next: Next) => {
    ctx.state.user = await authenticate(ctx.url)
    ctx.res.on('finish', () => works.push(field.work(ctx.state.user, 'finish listener')))
    await next()
    await field.work(ctx.state.user, 'after the session')
  })
  app.use(
    sessions({
      session: async ({ state, url }: Context) => {
        await authenticate(url)
        return field.session(state.user)
      },
    }),
  )
  app.use(async (ctx: Context, next: Next) => {
    try {
      await next()
    } catch {
      await field.work(ctx.state.user, 'error handler')
    }
  })
  const router = new Router()
  router.post('/chat/:user', async (ctx: Context) => {
    const { user } = ctx.params
    await field.work(user)
    async function* words() {
      yield 'answer for '
      await field.work(user, 'body')
      yield user
    }
    ctx.body = await BODIES[body](words())
    throw new Error('the model is overloaded')
  })
  app.use(router.routes())
  await serve(field, app.callback())
  await Promise.all(works)
}

/** Typed by what Koa passes, without a type of the context. */
export const typed = (use: (middleware: (ctx: Context, next: Next) => unknown) => void, field: Field): void =>
  use(sessions({ session: (ctx) => field.session(ctx.state.user) }))

export const cases: readonly Case[] = entryCases(
  (Object.keys(BODIES) as (keyof typeof BODIES)[]).map((body) => ({
    library: 'koa',
    name: `instrumentation-koa, the body is ${body}`,
    instrumentations: () => [http(), new KoaInstrumentation()],
    run: run(body),
    spans: 60,
  })),
)
