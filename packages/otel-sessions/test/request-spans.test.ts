// The spans of a request that have started before its session is known, and the listeners of its response.
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
} from '@opentelemetry/api'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base'
import { getSession, SessionSpanProcessor, usingSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/express'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { createEntry } from '../src/requests/entry.ts'
import { noteParent, RequestSpanProcessor } from '../src/requests/spans/span-parents.ts'
import { deferred, type Middleware, serve, sessionOf, userOf } from './support.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

let tracing: ReturnType<typeof startTracing>

const start = (processor: SessionSpanProcessor) => {
  tracing = startTracing({}, { spanProcessors: [processor] })
}
beforeEach(() => {
  collectWarnings()
  start(new SessionSpanProcessor())
})
afterEach(stopTracing)

/** What an exported span has of the session. */
const sessionIn = (name: string) => {
  const { 'session.id': sessionId, 'user.id': userId } = tracing.exportedSpans()[name] ?? {}
  return { sessionId, userId }
}
const span = (name: string) => tracing.tracer.startSpan(name).end()

describe('two users at the same time', () => {
  const enter = sessions({
    // The authentication takes a while.
    session: async (request: IncomingMessage) => {
      await new Promise((resolve) => setImmediate(resolve))
      return sessionOf(userOf(request))
    },
  })

  it.each([
    ['as instrumentation-http puts it into the context', true],
    ['where only the active span is known', false],
  ])('have their session and user on the server span, %s', async (_, rpcMetadata) => {
    const both = deferred()
    let waiting = 2
    const handler: Middleware = async (request, response) => {
      if (--waiting === 0) both.resolve()
      await both.promise
      span(`handler ${userOf(request)}`)
      response.end(getSession()?.sessionId)
    }
    const server = await serve(tracing.tracer, [enter, handler], { rpcMetadata })
    const answers = await Promise.all(['user_a', 'user_b'].map((user) => server.visit(user)))
    await server.close()
    expect(answers).toEqual(['user_a_conv', 'user_b_conv'])
    for (const user of ['user_a', 'user_b']) {
      expect(sessionIn(`server ${user}`)).toEqual(sessionOf(user))
      expect(sessionIn(`handler ${user}`)).toEqual(sessionOf(user))
    }
  })

  it('have it where the instrumentation runs the handler in an older context', async () => {
    const server = await serve(tracing.tracer, [
      (request, response, next) => enter(request, response, context.bind(context.active(), next)),
      (request, response) => {
        span(`handler ${userOf(request)}`)
        response.end(getSession()?.sessionId)
      },
    ])
    const answers = await Promise.all(['user_a', 'user_b'].map((user) => server.visit(user)))
    await server.close()
    expect(answers).toEqual(['user_a_conv', 'user_b_conv'])
    for (const user of ['user_a', 'user_b']) expect(sessionIn(`handler ${user}`)).toEqual(sessionOf(user))
  })

  it('have it in the listeners of the response, added before or after the middleware, or by others', async () => {
    const listen =
      (when: string): Middleware =>
      (request, response, next) => {
        for (const event of ['finish', 'close']) {
          response.on(event, () => span(`${event} ${when} ${userOf(request)} ${getSession()?.sessionId}`))
        }
        request.on('end', () => span(`end ${when} ${userOf(request)} ${getSession()?.sessionId}`))
        next()
      }
    const server = await serve(tracing.tracer, [
      listen('before'),
      enter,
      listen('after'),
      (request, response) => {
        request.resume()
        request.on('end', () => response.end())
      },
    ])
    await Promise.all(['user_a', 'user_b'].map((user) => server.visit(user, { method: 'POST', body: 'x' })))
    await server.close()
    for (const user of ['user_a', 'user_b'])
      for (const when of ['before', 'after'])
        for (const event of ['finish', 'close', 'end']) {
          expect(sessionIn(`${event} ${when} ${user} ${user}_conv`)).toEqual(sessionOf(user))
        }
  })

  it.each([
    ['', false],
    [', where an instrumentation binds them to the server span', true],
  ])('have it in traces of their own that listeners begin%s', async (_, bindsEmitters) => {
    const server = await serve(
      tracing.tracer,
      [
        enter,
        (request, response) => {
          const trace = (name: string) => () =>
            tracing.tracer.startSpan(`${name} ${userOf(request)}`, { root: true }).end()
          response.on('finish', trace('on')).once('finish', trace('once'))
          response
            .prependListener('close', trace('prepend'))
            .prependOnceListener('close', trace('prepend once'))
          response.end()
        },
      ],
      { bindsEmitters },
    )
    await Promise.all(['user_a', 'user_b'].map((user) => server.visit(user)))
    await server.close()
    for (const user of ['user_a', 'user_b'])
      for (const name of ['on', 'once', 'prepend', 'prepend once'])
        expect(sessionIn(`${name} ${user}`)).toEqual(sessionOf(user))
  })

  it('have it in streamed bodies, also when the client reads slowly', async () => {
    const server = await serve(tracing.tracer, [
      enter,
      (request, response) => {
        async function* words() {
          for (let index = 0; index < 20; index++) {
            span(`word ${index} ${userOf(request)}`)
            yield 'x'.repeat(100_000)
          }
        }
        Readable.from(words(), { objectMode: false, highWaterMark: 1 }).pipe(response)
      },
    ])
    await Promise.all(['user_a', 'user_b'].map((user) => server.visit(user)))
    await server.close()
    for (const user of ['user_a', 'user_b'])
      for (let index = 0; index < 20; index++) {
        expect(sessionIn(`word ${index} ${user}`)).toEqual(sessionOf(user))
      }
  })

  it("have their own where one writes to the other's response", async () => {
    const waiting = deferred<() => void>()
    const server = await serve(tracing.tracer, [
      enter,
      async (request, response) => {
        const user = userOf(request)
        response.on('finish', () => span(`finish ${user}`))
        if (user === 'user_a') waiting.resolve(() => response.end('from user_b'))
        else {
          const answerOther = await waiting.promise
          answerOther()
          response.end()
        }
      },
    ])
    await Promise.all(['user_a', 'user_b'].map((user) => server.visit(user)))
    await server.close()
    expect(sessionIn('finish user_a')).toEqual(sessionOf('user_a'))
    expect(sessionIn('finish user_b')).toEqual(sessionOf('user_b'))
  })

  it('have it although one goes away before its session is known', async () => {
    const arrived = deferred()
    const answer = deferred<string>()
    const handled = deferred<string | undefined>()
    const server = await serve(tracing.tracer, [
      sessions({
        session: () => {
          arrived.resolve()
          return answer.promise
        },
      }),
      (_, response) => {
        span('handler')
        handled.resolve(getSession()?.sessionId)
        response.end()
      },
    ])
    const leaving = new AbortController()
    const visit = server.visit('user_a', { signal: leaving.signal }).catch((error: Error) => error.name)
    await arrived.promise
    leaving.abort()
    expect(await visit).toBe('AbortError')
    answer.resolve('user_a_conv')
    expect(await handled.promise).toBe('user_a_conv')
    await server.close()
    expect(sessionIn('handler').sessionId).toBe('user_a_conv')
  })
})

it("what starts in a listener, for an event from outside, is below the server's span", async () => {
  const parents = new Map<string, unknown>()
  const note = (name: string) => {
    const one = tracing.tracer.startSpan(name) as Span & { readonly parentSpanContext?: SpanContext }
    parents.set(name, one.parentSpanContext?.spanId)
    one.end()
  }
  const server = await serve(tracing.tracer, [
    (_request, _response, next) => {
      note('below the server')
      tracing.tracer.startActiveSpan('middleware', () => next())
    },
    sessions({ session: () => 'user_a_conv' }),
    (_, response) => {
      response.on('progress', () => note('from a listener'))
      context.with(ROOT_CONTEXT, () => response.emit('progress'))
      response.end()
    },
  ])
  await server.visit('user_a')
  await server.close()
  expect(parents.get('below the server')).toBeDefined()
  expect(parents.get('from a listener')).toBe(parents.get('below the server'))
  expect(sessionIn('from a listener').sessionId).toBe('user_a_conv')
})

describe.each([
  ['', false],
  [', where an instrumentation binds listeners', true],
])('emitters%s', (_, bindsEmitters) => {
  const enter = sessions({ session: () => 'user_a_conv' })
  const visit = async (...middlewares: Middleware[]) => {
    const server = await serve(tracing.tracer, middlewares, { bindsEmitters })
    const answer = await server.visit('user_a')
    await server.close()
    return answer
  }

  it('remove a listener as without the middleware, however and whenever it was added', async () => {
    const calls: string[] = []
    const early = () => calls.push('early')
    const listener = () => calls.push('late')
    const answer = await visit(
      (_, response, next) => {
        response.on('progress', early)
        next()
      },
      enter,
      (_, response) => {
        response.on('progress', early).off('progress', early).off('progress', early)
        response.on('progress', listener).off('progress', listener)
        response.once('progress', listener).removeListener('progress', listener)
        response.prependOnceListener('progress', listener).off('progress', listener)
        response.emit('progress')
        response.once('progress', () => calls.push('once'))
        response.emit('progress')
        response.emit('progress')
        response.end(String(response.listenerCount('progress')))
      },
    )
    expect(answer).toBe('0')
    expect(calls).toEqual(['once'])
  })

  it('are printed as without the middleware', async () => {
    const handle: Middleware = (_, response) => {
      response.end(Object.keys(response).sort().join())
    }
    expect(await visit(enter, handle)).toBe(await visit(handle))
  })

  it('keep the scope of the code of the request that emits', async () => {
    const answer = await visit(enter, (_, response) => {
      const seen: (string | undefined)[] = []
      response.on('progress', () => seen.push(getSession()?.sessionId))
      response.emit('progress')
      usingSession('user_a_other', () => response.emit('progress'))
      response.end(seen.join())
    })
    expect(answer).toBe('user_a_conv,user_a_other')
  })
})

it('a listener that was added twice is removed twice, where a middleware such as compression has replaced on', async () => {
  const server = await serve(tracing.tracer, [
    (_, response, next) => {
      const { on } = response
      response.on = function (...args) {
        return on.apply(this, args)
      }
      next()
    },
    sessions({ session: () => 'user_a_conv' }),
    (_, response) => {
      const listener = () => {}
      response.on('progress', listener).on('progress', listener)
      response.off('progress', listener).off('progress', listener)
      response.end(String(response.listenerCount('progress')))
    },
  ])
  expect(await server.visit('user_a')).toBe('0')
  await server.close()
})

it('the later of two helpers on one request decides, also in listeners', async () => {
  const seen: (string | undefined)[] = []
  const emits = new Set<unknown>()
  const server = await serve(tracing.tracer, [
    sessions({ session: () => 'user_a_conv' }),
    (_, response, next) => {
      emits.add(response.emit)
      next()
    },
    sessions({ session: () => ({ sessionId: 'user_a_other', userId: 'user_a' }) }),
    (_, response) => {
      emits.add(response.emit)
      response.on('finish', () => seen.push(getSession()?.sessionId))
      response.end(getSession()?.sessionId)
    },
  ])
  expect(await server.visit('user_a')).toBe('user_a_other')
  await server.close()
  expect(seen).toEqual(['user_a_other'])
  // However many there are, each event costs the same.
  expect(emits.size).toBe(1)
  expect(sessionIn('server user_a').sessionId).toBe('user_a_other')
})

it('so does the later of two helpers of two copies of the package', async () => {
  vi.resetModules()
  const copy = await import('otel-sessions/express')
  expect(copy.sessions).not.toBe(sessions)
  const seen: (string | undefined)[] = []
  const server = await serve(tracing.tracer, [
    sessions({ session: () => 'user_a_conv' }),
    (_, response, next) => {
      response.on('finish', () => seen.push(getSession()?.sessionId))
      next()
    },
    copy.sessions({ session: () => 'user_a_other' }),
    (_, response) => void response.end(),
  ])
  await server.visit('user_a')
  await server.close()
  expect(seen).toEqual(['user_a_other'])
})

it('a request that is not sampled is in its session all the same', async () => {
  tracing = startTracing({}, { sampler: new AlwaysOffSampler() })
  const server = await serve(tracing.tracer, [
    sessions({ session: () => 'user_a_conv' }),
    (_, response) => void response.end(getSession()?.sessionId),
  ])
  expect(await server.visit('user_a')).toBe('user_a_conv')
  await server.close()
  expect(tracing.exportedSpans()).toEqual({})
})

it('two spans of the server, which do not know each other, both have the session', () => {
  const { tracer } = tracing
  const { enter } = createEntry<string>('test', { session: (user) => sessionOf(user) })
  const inTrace = trace.setSpanContext(context.active(), {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
    isRemote: true,
  })
  const [http, hono] = ['http', 'hono'].map((name) =>
    tracer.startSpan(name, { kind: SpanKind.SERVER }, inTrace),
  ) as [Span, Span]
  const rpc = inTrace.setValue(Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA'), { span: http })
  context.with(trace.setSpan(rpc, hono), () => enter('user_a', () => {}))
  for (const one of [hono, http]) one.end()
  for (const name of ['http', 'hono']) expect(sessionIn(name)).toEqual(sessionOf('user_a'))
})

describe('with the processor that notes parents', () => {
  const { enter } = createEntry<string>('test', { session: (user) => sessionOf(user) })

  it('every open span between the server and the active one has the session, and none above the server', () => {
    start(new RequestSpanProcessor())
    const { tracer } = tracing
    const request = (user: string) =>
      tracer.startActiveSpan(`server ${user}`, { kind: SpanKind.SERVER }, (server) =>
        tracer.startActiveSpan(`router ${user}`, (router) =>
          tracer.startActiveSpan(`ended ${user}`, (ended) =>
            tracer.startActiveSpan(`handler ${user}`, (handler) => {
              ended.end()
              enter(user, () => {})
              for (const one of [handler, router, server]) one.end()
            }),
          ),
        ),
      )
    tracer.startActiveSpan('client', (client) => {
      request('user_a')
      request('user_b')
      client.end()
    })
    for (const user of ['user_a', 'user_b'])
      for (const name of ['handler', 'router', 'server']) {
        expect(sessionIn(`${name} ${user}`)).toEqual(sessionOf(user))
      }
    expect(sessionIn('client')).toEqual({ sessionId: undefined, userId: undefined })
  })

  it('spans that follow each other without an end do not retain each other', async () => {
    const spans = tracing.tracer
    /** Notes a span that starts below another one, before that ends. */
    const follow = (inside: Context) => {
      const next = spans.startSpan('next')
      noteParent(next, inside)
      trace.getSpan(inside)?.end()
      return trace.setSpan(context.active(), next)
    }
    let inside = follow(context.active())
    const first = new WeakRef(trace.getSpan(inside) as Span)
    for (let index = 0; index < 5; index++) inside = follow(inside)
    // The exporter in memory retains what it has got.
    tracing.provider.shutdown()
    let isGone = false
    for (let round = 0; round < 20 && !isGone; round++) {
      await new Promise((resolve) => setImmediate(resolve))
      gc()
      isGone = first.deref() === undefined
    }
    expect(isGone).toBe(true)
    expect(trace.getSpan(inside)?.isRecording()).toBe(true)
  })
})

describe('a job', () => {
  const { enter } = createEntry<string>('test', { session: (user) => sessionOf(user) }, 'job')

  it("has its session on the consumer's span, and on a root above it alone", () => {
    const { tracer } = tracing
    for (const [name, kind] of [
      ['consumer', SpanKind.CONSUMER],
      ['root', SpanKind.INTERNAL],
    ] as const) {
      tracer.startActiveSpan(name, { kind }, (one) => {
        enter('user_a', () => {})
        one.end()
      })
      expect(sessionIn(name)).toEqual(sessionOf('user_a'))
    }
  })

  it.each([false, true])(
    'never on the request that queued it in the same process (parents noted: %s)',
    (noted) => {
      start(noted ? new RequestSpanProcessor() : new SessionSpanProcessor())
      const { tracer } = tracing
      tracer.startActiveSpan('server', { kind: SpanKind.SERVER }, (server) => {
        const inside = context
          .active()
          .setValue(Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA'), { span: server })
        context.with(inside, () => {
          enter('user_b', () => span('in the request'))
          tracer.startActiveSpan('work', (work) => {
            enter('user_b', () => span('in its work'))
            work.end()
          })
          usingSession(sessionOf('user_a'), () => span('own'))
        })
        expect(trace.getActiveSpan()).toBe(server)
        server.end()
      })
      expect(sessionIn('in the request')).toEqual(sessionOf('user_b'))
      expect(sessionIn('in its work')).toEqual(sessionOf('user_b'))
      expect(sessionIn('own')).toEqual(sessionOf('user_a'))
      // Two sessions below it: it has none.
      expect(sessionIn('server').sessionId).toBeUndefined()
    },
  )
})

it('a span of another library that throws when its context is read starts all the same', () => {
  const broken = {
    spanContext(): object {
      throw new Error('no context')
    },
  }
  tracing.tracer.startActiveSpan('parent', (parent) => {
    expect(() => noteParent(broken, context.active())).not.toThrow()
    parent.end()
  })
})

it('a span that the framework knows is left alone, if the span of the server is known', () => {
  const { enter } = createEntry<string>('test', { session: (user) => sessionOf(user) })
  const { tracer } = tracing
  const other = tracer.startSpan('of the framework', {}, ROOT_CONTEXT)
  tracer.startActiveSpan('server', { kind: SpanKind.SERVER }, (server) => {
    enter('user_a', () => {}, { spans: [other] })
    server.end()
  })
  other.end()
  expect(sessionIn('server')).toEqual(sessionOf('user_a'))
  expect(sessionIn('of the framework').sessionId).toBeUndefined()
})

it("a server's span of another trace in the context is left alone", () => {
  const { enter } = createEntry<string>('test', { session: (user) => sessionOf(user) })
  const { tracer } = tracing
  const other = tracer.startSpan('other request', { kind: SpanKind.SERVER })
  const inside = context
    .active()
    .setValue(Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA'), { span: other })
  context.with(inside, () =>
    tracer.startActiveSpan('own root', (own) => {
      enter('user_a', () => {})
      own.end()
    }),
  )
  other.end()
  expect(sessionIn('own root')).toEqual(sessionOf('user_a'))
  expect(sessionIn('other request').sessionId).toBeUndefined()
})
