// The helper for Hono, with its own `request()`; test/web runs it on real servers under instrumentations.

import { type Context, Hono } from 'hono'
import { getSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/hono'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { sessionOf } from './support.ts'

let tracing: ReturnType<typeof startTracing>
beforeEach(() => {
  collectWarnings()
  tracing = startTracing()
})
afterEach(() => {
  vi.unstubAllGlobals()
  stopTracing()
})

const span = (name: string) => tracing.tracer.startSpan(name).end()
const current = () => String(getSession()?.sessionId)

/** An application whose login is the path. */
function application() {
  const app = new Hono<{ Variables: { user: string } }>()
  app.use('/:user/*', async (c, next) => {
    c.set('user', c.req.param('user'))
    await next()
  })
  app.use(sessions({ session: async (c) => sessionOf(c.var.user) }))
  app.get('/:user/text', (c) => c.text(current()))
  app.get('/:user/body', (c) => {
    let count = 0
    const pull = async (controller: ReadableStreamDefaultController) => {
      await new Promise((resolve) => setImmediate(resolve))
      span(`pull ${++count} ${c.var.user}`)
      if (count < 3) controller.enqueue(new TextEncoder().encode(`${current()} `))
      else controller.close()
    }
    return c.body(new ReadableStream({ pull }, { highWaterMark: 0 }), 201, { 'x-word': 'yes' })
  })
  app.get('/:user/error', () => {
    throw new Error('of the application')
  })
  app.onError((error, c) => c.text(`${error.message} ${current()}`, 500))
  app.notFound((c) => c.text(`not found ${current()}`, 404))
  return app
}

const get = async (path: string) => {
  const response = await application().request(path)
  return [response.status, await response.text(), response.headers.get('x-word')]
}

describe('everything behind the middleware is in the session', () => {
  it('a handler, the error handler, and what is not found', async () => {
    expect(await get('/user_a/text')).toEqual([200, 'user_a_conv', null])
    expect(await get('/user_a/error')).toEqual([500, 'of the application user_a_conv', null])
    expect(await get('/user_a/other')).toEqual([404, 'not found user_a_conv', null])
  })

  it.each(['none', 'Deno'])('the body, for two users at once, on the runtime: %s', async (runtime) => {
    vi.stubGlobal(runtime, {})
    const answers = await Promise.all(['user_a', 'user_b'].map((user) => get(`/${user}/body`)))
    const word = (user: string) => `${user}_conv ${user}_conv `
    expect(answers).toEqual([
      [201, word('user_a'), 'yes'],
      [201, word('user_b'), 'yes'],
    ])
  })
})

it('the Response stays the same object where nothing has to be changed', async () => {
  const made = new Response('text')
  let seen: Response | undefined
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    seen = c.res
  })
  app.use(sessions({ session: () => 'user_a_conv' }))
  app.get('/', () => made)
  await app.request('/')
  expect(seen).toBe(made)
})

it('a wrong option is named, and the context has its type', () => {
  expect(() => sessions({ session: null as never })).toThrow(
    'otel-sessions/hono: sessions: option session must be a function, it is null',
  )
  new Hono<{ Variables: { user: string } }>().use(
    sessions({
      // Hono's overloads do not type it by themselves.
      session: (c: Context<{ Variables: { user: string } }>) => {
        expectTypeOf(c.var.user).toEqualTypeOf<string>()
        expectTypeOf(c.req.param('id')).toEqualTypeOf<string | undefined>()
        return c.var.user
      },
    }),
  )
})
