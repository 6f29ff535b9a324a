// A Hono application on Node, with the server's spans of one or both instrumentations: `node hono.ts http,hono`.
import { createRequire } from 'node:module'
import { serve } from '@hono/node-server'
import { httpInstrumentationMiddleware } from '@hono/otel'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { sessions } from 'otel-sessions/hono'
import { lazyBody, meet, register, sentSpans, sessionOf, work } from './chat.ts'

const [, , parts = ''] = process.argv
register()
const ignoreIncomingRequestHook = ({ url }: { url?: string | undefined }) => !url?.startsWith('/user')
if (parts.includes('http')) {
  registerInstrumentations({ instrumentations: [new HttpInstrumentation({ ignoreIncomingRequestHook })] })
}
// Required after that, as the instrumentation patches it.
const { createServer } = createRequire(import.meta.url)('node:http')

interface Env {
  Variables: { user: string }
}
const app = new Hono<Env>()
app.get('/spans', async (c) => c.json(await sentSpans(Number(c.req.query('servers')))))
if (parts.includes('hono')) app.use(httpInstrumentationMiddleware())
// The login: the user in the path stands for the one of a token.
app.use('/:user/*', async (c, next) => {
  c.set('user', c.req.param('user'))
  await next()
})
app.use(sessions({ session: (c: Context<Env>) => sessionOf(c.var.user) }))
app.use(async (c, next) => {
  await work(c.var.user, 'look up')
  await meet(c.req.path.slice(c.var.user.length + 1))
  await next()
})
app.get('/:user/text', (c) => c.text(`text for ${c.var.user}`))
app.get('/:user/stream', (c) => c.body(lazyBody(c.var.user)))
app.get('/:user/events', (c) =>
  streamSSE(c, async (stream) => {
    for (const word of [1, 2, 3]) {
      await work(c.var.user, `event ${word}`)
      await stream.writeSSE({ data: `word ${word} for ${c.var.user}` })
    }
  }),
)
app.get('/:user/error', () => {
  throw new Error('of the application')
})
app.onError(async (error, c) => {
  await work(c.var.user, 'error handler')
  return c.text(`error ${error.message} for ${c.var.user}`, 500)
})

const { fetch } = app
serve({ fetch, port: 0, hostname: '127.0.0.1', createServer }, ({ port }) =>
  console.log(`listening on port ${port}`),
)
