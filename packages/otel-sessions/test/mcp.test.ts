// Handlers of MCP servers, and the transport of a client. The SDK itself is tried in test/messages.
import { context, SpanKind, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { getSession, setSpanSession, usingSession } from 'otel-sessions'
import { bindTransport, type McpExtra, sessions } from 'otel-sessions/mcp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { sessionOf } from './support.ts'

let tracing: ReturnType<typeof startTracing>
let warnings: string[]
beforeEach(() => {
  warnings = collectWarnings()
  tracing = startTracing()
})
afterEach(stopTracing)

const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')
/** The span of a caller in another process. */
const REMOTE = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, isRemote: true }

const current = () => getSession()?.sessionId
const sessionIn = (name: string) => tracing.exportedSpans()[name]?.['session.id']
const extraOf = (user: string): McpExtra => ({ authInfo: { clientId: 'app', scopes: [], extra: { user } } })
const enter = sessions({ session: ({ authInfo }) => sessionOf(String(authInfo?.extra?.['user'])) })

describe('a handler of a server', () => {
  it('runs in the session that its last argument names, however many there are', async () => {
    const tool = enter(async ({ text }: { text: string }, _extra: McpExtra) => [text, current()])
    const prompt = enter(async (_extra: McpExtra) => current())
    const template = enter((uri: URL, _variables: object, _extra: McpExtra) => [uri.href, current()])
    expect(await tool({ text: 'hello' }, extraOf('user_a'))).toEqual(['hello', 'user_a_conv'])
    expect(await prompt(extraOf('user_b'))).toBe('user_b_conv')
    expect(template(new URL('a:b'), {}, extraOf('user_a'))).toEqual(['a:b', 'user_a_conv'])
  })

  it('has its session on the server’s span, but not on one that is in a session already', () => {
    const { tracer } = tracing
    const handle = enter((_extra: McpExtra) => current())
    tracer.startActiveSpan('server', { kind: SpanKind.SERVER }, (server) => {
      handle(extraOf('user_a'))
      tracer.startSpan('answer').end()
      server.end()
    })
    expect([sessionIn('server'), sessionIn('answer')]).toEqual(['user_a_conv', 'user_a_conv'])
    tracer.startActiveSpan('chat', { kind: SpanKind.SERVER }, (server) => {
      // A server in this process, called for a user who is in a session.
      expect(usingSession('chat_conv', () => handle(extraOf('user_a')))).toBe('user_a_conv')
      tracer.startSpan('beside').end()
      server.end()
    })
    expect([sessionIn('chat'), sessionIn('beside')]).toEqual([undefined, undefined])
  })

  it('leaves the spans of its client alone, if that is in the same process', () => {
    const { tracer } = tracing
    tracer.startActiveSpan('chat', { kind: SpanKind.SERVER }, (server) => {
      context.with(context.active().setValue(RPC_METADATA, { span: server }), () => {
        tracer.startActiveSpan('tools/call', { kind: SpanKind.CLIENT }, (client) => {
          enter((_extra: McpExtra) => {})(extraOf('user_a'))
          client.end()
        })
      })
      tracer.startSpan('beside').end()
      server.end()
    })
    expect(sessionIn('beside')).toBeUndefined()
  })

  it('has its session on the server’s span, although an instrumentation continues the trace of its client', () => {
    const { tracer } = tracing
    const server = tracer.startSpan('server', { kind: SpanKind.SERVER })
    const inside = context.active().setValue(RPC_METADATA, { span: server })
    context.with(trace.setSpanContext(inside, REMOTE), () =>
      enter((_extra: McpExtra) => {})(extraOf('user_a')),
    )
    server.end()
    expect(sessionIn('server')).toBe('user_a_conv')
  })

  it('must be a function', () => {
    expect(() => enter(undefined as never)).toThrow(
      'otel-sessions/mcp: sessions(options)(handler): handler must be a function, it is undefined',
    )
    expect(() => sessions({ sesion: () => null } as never)).toThrow('otel-sessions/mcp: sessions')
  })
})

/** A transport that keeps what is sent. What the server sends arrives outside all scopes, as over stdio. */
class Transport {
  readonly sent: unknown[] = []
  onmessage?: (message: unknown, extra?: unknown) => void
  async send(message: unknown): Promise<void> {
    this.sent.push(message)
  }
  receive(message: object): void {
    this.onmessage?.(message)
  }
}

/** A client that calls, and notes in which session and span it is called back. */
function connect(transport = new Transport()) {
  const heard: unknown[] = []
  bindTransport(transport)
  transport.onmessage = () => heard.push(current())
  const call = (id: number, user?: string, params = {}) => {
    const send = () => transport.send({ jsonrpc: '2.0', id, method: 'tools/call', params })
    return user === undefined ? send() : usingSession(sessionOf(user), send)
  }
  const ask = () => transport.receive({ id: 'of the server', method: 'sampling/createMessage' })
  return { transport, heard, call, ask, answer: (id: number) => transport.receive({ id, result: {} }) }
}

describe('a message to a client', () => {
  it('is handled in the session and span of the only open call, and without one when no call is open', () => {
    const { heard, call, ask, answer, transport } = connect()
    const spans: unknown[] = []
    transport.onmessage = () => spans.push(trace.getActiveSpan(), current())
    tracing.tracer.startActiveSpan('request', (span) => {
      call(1, 'user_a')
      span.end()
    })
    // The transport reads in the context in which it was connected: another user's.
    usingSession('user_b_conv', ask)
    expect(spans).toEqual([expect.objectContaining({ name: 'request' }), 'user_a_conv'])
    usingSession('user_b_conv', () => answer(1))
    usingSession('user_b_conv', ask)
    expect(spans.slice(4)).toEqual([undefined, undefined])
    expect(heard).toEqual([])
  })

  it('is handled without a session if calls of several are open, which is logged once', () => {
    const { heard, call, ask, answer } = connect()
    call(1, 'user_a')
    call(2, 'user_a')
    ask()
    call(3, 'user_b')
    ask()
    ask()
    answer(3)
    ask()
    expect(heard).toEqual(['user_a_conv', undefined, undefined, undefined, 'user_a_conv'])
    const lines = warnings.filter((line) => line.includes('calls of several sessions are open'))
    expect(lines).toHaveLength(1)
  })

  it('is handled in the session of the call whose progress it reports', () => {
    const { heard, call, transport } = connect()
    call(1, 'user_a', { _meta: { progressToken: 7 } })
    call(2, 'user_b', { _meta: { progressToken: 8 } })
    for (const progressToken of [7, 8]) {
      transport.receive({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
    }
    expect(heard).toEqual(['user_a_conv', 'user_b_conv'])
  })

  it('is handled in the session of its call where the context says which, though the server has one of its own', () => {
    const transport = new Transport()
    // A server in this process: it answers within `send`, as its handler would.
    transport.send = async () =>
      tracing.tracer.startActiveSpan('handler', (span) => {
        setSpanSession(span, 'server_conv')
        transport.receive({ id: 'of the server', method: 'sampling/createMessage' })
        span.end()
      })
    const { call } = connect(transport)
    const parents: unknown[] = []
    transport.onmessage = () => {
      parents.push(trace.getActiveSpan())
      tracing.tracer.startSpan(`asked by ${current()}`).end()
    }
    call(1, 'user_a')
    call(2, 'user_b')
    for (const user of ['user_a', 'user_b']) {
      expect(sessionIn(`asked by ${user}_conv`)).toBe(`${user}_conv`)
    }
    expect(sessionIn('handler')).toBe('server_conv')
    const handler = expect.objectContaining({ name: 'handler' })
    expect(parents).toEqual([handler, handler])
    expect(warnings).toEqual([])
  })

  it('is of no call that is answered, though the transport is still in its context', () => {
    const transport = new Transport()
    let afterwards = context.active()
    transport.send = async () => {
      afterwards = context.active()
    }
    const { heard, call, ask, answer } = connect(transport)
    call(1, 'user_a')
    answer(1)
    context.with(afterwards, ask)
    // The answer is heard in the context of the transport, and the question without a session.
    expect(heard).toEqual([undefined, undefined])
  })

  it('is of no call that could not be sent, whose caller gets the very error', async () => {
    const transport = new Transport()
    const error = new Error('connection refused')
    transport.send = async () => {
      throw error
    }
    const { heard, call, ask } = connect(transport)
    await expect(call(1, 'user_a')).rejects.toBe(error)
    ask()
    expect(heard).toEqual([undefined])
  })

  it('never has the session of a user without an open call, nor any if two users have one', () => {
    const users = ['user_a', 'user_b', 'user_c']
    const step = fc.oneof(
      fc.record({ does: fc.constant('call' as const), user: fc.constantFrom(...users) }),
      fc.record({ does: fc.constant('end' as const), which: fc.nat(), cancelled: fc.boolean() }),
      fc.record({ does: fc.constant('ask' as const), within: fc.option(fc.constantFrom(...users)) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { heard, call, ask, transport } = connect()
        const open = new Map<number, string>()
        let id = 0
        for (const one of steps) {
          if (one.does === 'call') {
            call(++id, one.user)
            open.set(id, one.user)
          } else if (one.does === 'end' && open.size > 0) {
            const ended = [...open.keys()][one.which % open.size] as number
            open.delete(ended)
            if (one.cancelled)
              transport.send({ method: 'notifications/cancelled', params: { requestId: ended } })
            else transport.receive({ id: ended, result: {} })
          } else if (one.does === 'ask') {
            heard.length = 0
            // The context of whoever connected the transport.
            if (one.within === null) ask()
            else usingSession(sessionOf(one.within), ask)
            const [user, ...others] = new Set(open.values())
            expect(heard).toEqual([others.length > 0 || user === undefined ? undefined : `${user}_conv`])
          }
        }
      }),
    )
  })

  it('is of no call that was cancelled', () => {
    const { heard, call, ask, transport } = connect()
    call(1, 'user_a')
    call(2, 'user_b')
    transport.send({ method: 'notifications/cancelled', params: { requestId: 1 } })
    ask()
    expect(heard).toEqual(['user_b_conv'])
  })

  it('is handled once in its session and in the trace of its server, inside an instrumentation’s own listener', () => {
    const transport = new Transport()
    transport.send = async () => transport.receive({ id: 'of the server', method: 'sampling/createMessage' })
    const { call, heard } = connect(transport)
    const inner = transport.onmessage as unknown as (message: unknown) => void
    transport.onmessage = (message) => {
      context.with(trace.setSpanContext(context.active(), REMOTE), () => {
        inner(message)
        heard.push(trace.getActiveSpan()?.spanContext().spanId)
      })
    }
    call(1, 'user_a')
    call(2, 'user_b')
    expect(heard).toEqual(['user_a_conv', REMOTE.spanId, 'user_b_conv', REMOTE.spanId])
  })

  it('states nothing for a call that has no session', () => {
    const { heard, call, ask } = connect()
    call(1)
    ask()
    expect(heard).toEqual([undefined])
    expect(warnings).toEqual([])
  })

  it('passes on what is sent, received and returned, and may be unset', async () => {
    const transport = new Transport()
    const received: unknown[] = []
    transport.onmessage = (...args) => received.push(args)
    expect(bindTransport(transport)).toBe(transport)
    transport.receive({ method: 'notifications/message' })
    await transport.send({ id: 1, method: 'ping' })
    expect(received).toEqual([[{ method: 'notifications/message' }]])
    expect(transport.sent).toEqual([{ id: 1, method: 'ping' }])
    transport.onmessage = undefined as never
    expect(transport.onmessage).toBeUndefined()
  })
})

it('only a transport is bound', () => {
  expect(() => bindTransport({} as never)).toThrow(
    'otel-sessions/mcp: bindTransport takes a transport, it is a value of type object',
  )
  expect(() => bindTransport(undefined as never)).toThrow('it is undefined')
})
