// What the middleware does with a socket. socket.io itself is tried in test/messages.
import { EventEmitter } from 'node:events'
import { context, trace } from '@opentelemetry/api'
import { getSession, setSpanSession, usingSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/socket.io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StackContextManager } from '../../../test/support/stack-context-manager.ts'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { deferred, sessionOf } from './support.ts'

/** A socket with the methods of socket.io by which it handles a message, an answer and its end. */
class Socket {
  readonly emitter = new EventEmitter()
  readonly acknowledgements: ((answer: unknown) => void)[] = []
  readonly user: string
  constructor(user: string) {
    this.user = user
  }
  on(event: string, listener: (...args: never[]) => void): this {
    this.emitter.on(event, listener as never)
    return this
  }
  emit(_event: string, ...args: unknown[]): boolean {
    const last = args.at(-1)
    if (typeof last === 'function') this.acknowledgements.push(last as never)
    return true
  }
  onevent({ data }: { data: [string, ...unknown[]] }): void {
    process.nextTick(() => this.emitter.emit(...data))
  }
  onack(answer: unknown): void {
    this.acknowledgements.shift()?.(answer)
  }
  _onclose(reason: string): void {
    this.emitter.emit('disconnect', reason)
  }
}

let tracing: ReturnType<typeof startTracing>
let warnings: string[]
beforeEach(() => {
  warnings = collectWarnings()
  tracing = startTracing()
})
afterEach(stopTracing)

const current = () => getSession()?.sessionId
const enter = sessions({ session: ({ user }: Socket) => sessionOf(user) })

/** Waits for a message, and returns the session of its listener. */
async function sessionOfMessage(socket: Socket): Promise<string | undefined> {
  const { promise, resolve } = deferred<string | undefined>()
  socket.on('message', () => resolve(current()))
  socket.onevent({ data: ['message'] })
  return promise
}

describe('a socket', () => {
  it('handles messages and its end in its session, and so is `connection`', async () => {
    const sockets = ['user_a', 'user_b'].map((user) => new Socket(user))
    const connections: unknown[] = []
    for (const socket of sockets) enter(socket, () => connections.push(current()))
    expect(connections).toEqual(['user_a_conv', 'user_b_conv'])
    expect(await Promise.all(sockets.map(sessionOfMessage))).toEqual(['user_a_conv', 'user_b_conv'])
    const ends: unknown[] = []
    for (const socket of sockets) {
      socket.on('disconnect', (reason: string) => ends.push(reason, current(), getSession()?.userId))
      socket._onclose('gone')
    }
    expect(ends).toEqual(['gone', 'user_a_conv', 'user_a', 'gone', 'user_b_conv', 'user_b'])
    expect(current()).toBeUndefined()
  })

  it('keeps the active span of a message', async () => {
    const socket = new Socket('user_a')
    enter(socket, () => {})
    const { promise, resolve } = deferred<unknown>()
    socket.on('message', () => resolve(trace.getActiveSpan()))
    const span = tracing.tracer.startActiveSpan('message', (active) => {
      socket.onevent({ data: ['message'] })
      return active
    })
    expect(await promise).toBe(span)
  })

  it('waits for a session that is looked up, and is bound before `connection`', async () => {
    const { promise, resolve } = deferred()
    const lookUp = sessions({
      session: async ({ user }: Socket) => {
        await promise
        return sessionOf(user)
      },
    })
    const socket = new Socket('user_a')
    const connected = deferred<unknown>()
    lookUp(socket, () => connected.resolve(current()))
    resolve()
    expect(await connected.promise).toBe('user_a_conv')
    expect(await sessionOfMessage(socket)).toBe('user_a_conv')
  })

  it.each([
    ['another session', () => sessionOf('user_a'), 'user_a_conv', 'user_a'],
    ['no session', () => null, undefined, undefined],
    ['nothing', () => undefined, 'lobby', 'guest'],
    ['a user only', () => ({ userId: 'user_a' }), 'lobby', 'user_a'],
    ['another session, which is looked up', async () => sessionOf('user_a'), 'user_a_conv', 'user_a'],
  ])('has one session for all it does, if a second helper states %s', async (_, session, id, userId) => {
    const socket = new Socket('user_a')
    const found: Record<string, unknown> = {}
    const note = (what: string) => {
      found[what] = [current(), getSession()?.userId]
    }
    socket.on('early', () => note('early'))
    await new Promise<void>((resolve) => {
      const connect = () => {
        note('connection')
        socket.emit('ask', () => note('acknowledge'))
        resolve()
      }
      sessions({ session: () => ({ sessionId: 'lobby', userId: 'guest' }) })(socket, () =>
        sessions({ session })(socket, connect),
      )
    })
    // As socket.io adds and calls listeners: outside of all sessions.
    const { promise, resolve } = deferred()
    socket.on('message', () => {
      note('message')
      resolve()
    })
    socket.onevent({ data: ['early'] })
    socket.onevent({ data: ['message'] })
    await promise
    socket.emit('ask', () => note('later acknowledge'))
    socket.onack('yes')
    socket.onack('yes')
    socket.on('disconnect', () => note('disconnect'))
    socket._onclose('gone')
    const wanted = [id, userId]
    expect(found).toEqual({
      early: wanted,
      connection: wanted,
      message: wanted,
      acknowledge: wanted,
      'later acknowledge': wanted,
      disconnect: wanted,
    })
  })

  it('is wrapped once, and changes its session if the helper is called again', async () => {
    const socket = new Socket('user_a')
    let user = 'user_a'
    const enterAs = sessions({ session: () => sessionOf(user) })
    enterAs(socket, () => {})
    const { onevent, emit } = socket
    for (user of ['user_b', 'user_c']) enterAs(socket, () => {})
    expect([socket.onevent, socket.emit]).toEqual([onevent, emit])
    expect(await sessionOfMessage(socket)).toBe('user_c_conv')
  })

  it('may be of a library without these methods: its later listeners are bound', () => {
    const emitter = new EventEmitter()
    const found: unknown[] = []
    sessions({ session: () => 'user_a_conv' })(emitter, () => {})
    emitter.on('message', () => found.push(current()))
    emitter.emit('message')
    expect(found).toEqual(['user_a_conv'])
  })

  it('of such a library has the session of the second helper', () => {
    const emitter = new EventEmitter()
    const found: unknown[] = []
    for (const session of [() => 'lobby', () => 'user_a_conv']) sessions({ session })(emitter, () => {})
    emitter.on('message', () => found.push(current()))
    emitter.emit('message')
    sessions({ session: () => null })(emitter, () => {})
    emitter.on('other', () => found.push(current()))
    emitter.emit('other')
    expect(found).toEqual(['user_a_conv', undefined])
  })
})

describe('a socket that another user connects, or disconnects', () => {
  const OTHER = { sessionId: 'user_b_conv', userId: 'user_b', tags: ['vip'], metadata: { email: 'b@x' } }

  it.each([
    ['an ID', () => 'user_a_conv', { 'session.id': 'user_a_conv' }],
    ['an ID that is looked up', async () => 'user_a_conv', { 'session.id': 'user_a_conv' }],
    ['a user', () => ({ userId: 'user_a' }), { 'user.id': 'user_a' }],
    ['nothing', () => undefined, {}],
    ['null', () => null, {}],
  ])('has nothing of that user, wherever it is called: %s', async (_, answer, expected) => {
    const socket = new Socket('user_a')
    const note = (what: string) => tracing.tracer.startSpan(what).end()
    const { promise, resolve } = deferred()
    const session = () => {
      note('session')
      return answer()
    }
    usingSession(OTHER, () =>
      sessions({ session })(socket, () => {
        note('connection')
        resolve()
      }),
    )
    await promise
    const message = deferred()
    socket.on('message', () => {
      note('message')
      message.resolve()
    })
    socket.on('disconnect', () => note('disconnect'))
    usingSession(OTHER, () => socket.onevent({ data: ['message'] }))
    await message.promise
    usingSession(OTHER, () => socket._onclose('kicked'))
    expect(tracing.exportedSpans()).toEqual({
      session: {},
      connection: expected,
      message: expected,
      disconnect: expected,
    })
  })

  it('has nothing of a message of theirs that is over, below which it is called', () => {
    const socket = new Socket('user_a')
    const found: unknown[] = []
    sessions({ session: () => undefined })(socket, () => {})
    socket.on('disconnect', () => found.push(getSession()))
    tracing.tracer.startActiveSpan('message of user_b', (message) => {
      setSpanSession(message, OTHER)
      message.end()
      socket._onclose('kicked')
    })
    expect(found).toEqual([undefined])
  })
})

describe('an acknowledgement', () => {
  it('runs in the session of the socket, also when another socket answers', () => {
    const socket = new Socket('user_a')
    enter(socket, () => {})
    const found: unknown[] = []
    socket.emit('ask', 'question', (answer: unknown) => found.push(answer, current()))
    usingSession('user_b_conv', () => socket.onack('yes'))
    expect(found).toEqual(['yes', 'user_a_conv'])
  })

  it('runs in the scope in which it was passed', () => {
    const socket = new Socket('user_a')
    enter(socket, () => {})
    const found: unknown[] = []
    usingSession('user_a_other', () => socket.emit('ask', () => found.push(current())))
    socket.onack('yes')
    expect(found).toEqual(['user_a_other'])
  })
})

describe('a socket without a session', () => {
  const visit = async (session: () => unknown) => {
    const socket = new Socket('user_a')
    let connected = 0
    const { promise, resolve } = deferred()
    sessions({ session: session as never })(socket, () => {
      connected++
      resolve()
    })
    await promise
    expect(connected).toBe(1)
    return usingSession('outer', () => sessionOfMessage(socket))
  }

  it('is connected all the same, and has none that is around it', async () => {
    expect(await visit(() => null)).toBeUndefined()
    expect(await visit(() => undefined)).toBeUndefined()
    expect(await visit(async () => undefined)).toBeUndefined()
  })

  it('is connected when the option fails or the ID is invalid, which is counted', async () => {
    const fail = () => {
      throw new Error('secret')
    }
    expect(await visit(fail)).toBeUndefined()
    expect(await visit(() => '')).toBeUndefined()
    expect(warnings.join()).toContain(
      'otel-sessions/socket.io: the option session threw (Error); the socket has no session',
    )
    expect(warnings.join()).toContain(
      'otel-sessions/socket.io: the option session returned no valid session ID',
    )
  })
})

it('a session that is looked up leaves `connection` in the context of its arrival, whatever the context manager is', async () => {
  context.disable()
  context.setGlobalContextManager(new StackContextManager())
  const lookUp = sessions({ session: async ({ user }: Socket) => sessionOf(user) })
  const connected = deferred<unknown[]>()
  const span = tracing.tracer.startActiveSpan('request', (active) => {
    lookUp(new Socket('user_a'), () => connected.resolve([trace.getActiveSpan(), current()]))
    return active
  })
  expect(await connected.promise).toEqual([span, 'user_a_conv'])
})

it('a missing context manager is reported', () => {
  trace.setGlobalTracerProvider(tracing.provider)
  context.disable()
  enter(new Socket('user_a'), () => {})
  expect(warnings.join()).toContain('there is no context manager')
})

it('a wrong option is named', () => {
  expect(() => sessions({ session: () => null, timeoutMillis: 0 })).toThrow(
    'otel-sessions/socket.io: sessions: option timeoutMillis',
  )
})
