import { context } from '@opentelemetry/api'
import { bindSession, contextWithSession, getSession, usingSession } from '@otel-sessions/processor'
import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { SessionOfRequest, SessionsOptions }

/**
 * Creates a middleware for a namespace of socket.io: everything that a socket receives is handled in its session. Put
 * it behind your authentication.
 *
 * All listeners of the socket run in the session: those of `on`, `once`, `onAny` and `use`, added before or later, the
 * handler of `connection`, and the one of `disconnect`. An acknowledgement runs in the session in which it was passed to
 * `emit`, or in the socket's. The listeners keep their active span, and are removed as before.
 *
 * It rejects no connection: if `session` returns `null`, the socket is without a session.
 *
 * @param options `session` is called with the socket, once for each connection
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example io.use(sessions({ session: ({ data }) => ({ sessionId: data.conversationId, userId: data.userId }) }))
 */
export function sessions<Socket extends object>(
  options: SessionsOptions<Socket>,
): (socket: Socket, next: () => void) => void {
  const entry = createEntry('socket.io', options, 'socket')
  return (socket, next) => {
    const go = (session: SessionOfRequest) => {
      if (session === undefined) return next()
      // Also reports that there is no context manager, and sets the session on the request that opens the connection.
      usingSession(session, () => bindSocket(socket as Methods, entry, session))
      // The handler of `connection` is called behind `next`.
      return context.with(contextWithSession(context.active(), session), next)
    }
    const arrived = context.active()
    const found = entry.find(socket)
    // Not every context manager follows a promise.
    if (found instanceof Promise) found.then((session) => context.with(arrived, go, undefined, session))
    else go(found)
  }
}

type Session = Exclude<SessionOfRequest, undefined>
type Method = (...args: unknown[]) => unknown
type Methods = Record<string, Method | undefined>

/** What each helper said about a socket, the outermost first. A helper that is called again changes what it said. */
type SocketSessions = Map<object, Session>

const bound = new WeakMap<object, SocketSessions>()

/** Methods of versions 2 to 4 by which a socket handles a message, and its end. All listeners are called below them. */
const HANDLES = ['onevent', '_onclose', 'onclose', '_onerror', 'onerror']

/** Makes a socket handle in a session what it receives. The session of a later helper takes precedence. */
function bindSocket(socket: Methods, helper: object, session: Session): void {
  // Not socket.io's: an emitter, whose listeners can be bound from now on.
  if (typeof socket['onevent'] !== 'function' || typeof socket['emit'] !== 'function') {
    bindSession(socket, session)
    return
  }
  const known = bound.get(socket)
  const sessions: SocketSessions = known ?? new Map()
  sessions.delete(helper)
  sessions.set(helper, session)
  if (known !== undefined) return
  bound.set(socket, sessions)
  wrapMethods(socket, sessions)
}

/**
 * Not the listeners of a socket are bound, but what calls them: the active span stays that of the message, and a listener
 * that was added before is called there as well.
 */
function wrapMethods(socket: Methods, sessions: SocketSessions): void {
  for (const name of HANDLES) {
    const handle = socket[name]
    if (typeof handle !== 'function') continue
    socket[name] = function (...args) {
      return inSessions(sessions, () => Reflect.apply(handle, this, args))
    }
  }
  const emit = socket['emit'] as Method
  socket['emit'] = function (...args) {
    const acknowledge = args.at(-1)
    if (typeof acknowledge === 'function') {
      const bind = () => bindSession(acknowledge)
      args[args.length - 1] = getSession() === undefined ? inSessions(sessions, bind) : bind()
    }
    return Reflect.apply(emit, this, args)
  }
}

/** A scope without an end: a listener that returns at once may go on for as long as the connection lasts. */
function inSessions<T>(sessions: SocketSessions, fn: () => T): T {
  const inside = [...sessions.values()].reduce(contextWithSession, context.active())
  return context.with(inside, fn)
}
