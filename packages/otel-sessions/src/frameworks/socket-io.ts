import { context } from '@opentelemetry/api'
import { bindSession, contextWithSession, getSession, usingSession } from '@otel-sessions/processor'
import { markOrigin } from '../requests/arrival/origin.ts'
import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'
import { outsideOfScopes } from '../requests/surroundings.ts'

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
      const bind = () => bindSocket(socket as Methods, entry, session)
      // Also reports that there is no context manager, and sets the session on the request that opens the connection.
      const sessions = session === undefined ? bind() : usingSession(session, bind)
      // The handler of `connection` is called behind `next`.
      inSessions(sessions, next)
    }
    entry.find(socket, go)
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

/**
 * Makes a socket handle in a session what it receives, and outside of any scope if it has none. The session of a later
 * helper takes precedence.
 */
function bindSocket(socket: Methods, helper: object, session: SessionOfRequest): SocketSessions {
  const known = bound.get(socket)
  const sessions: SocketSessions = known ?? new Map()
  if (session !== undefined) {
    sessions.delete(helper)
    sessions.set(helper, session)
  }
  bound.set(socket, sessions)
  const isOfSocketIo = typeof socket['onevent'] === 'function' && typeof socket['emit'] === 'function'
  if (isOfSocketIo && known === undefined) wrapMethods(socket, sessions)
  // Another emitter: its listeners can be bound from now on.
  if (!isOfSocketIo && session !== undefined) bindSession(socket, session)
  return sessions
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

/**
 * Runs a function in the sessions of a socket, and in no other: what it receives may be handled in the context of another
 * user, who disconnects it or has opened the server. The scope has no end: a listener that returns at once may go on for
 * as long as the connection lasts.
 */
function inSessions<T>(sessions: SocketSessions, fn: () => T): T {
  const outside = markOrigin(outsideOfScopes(context.active()), 'socket', new Map())
  return context.with([...sessions.values()].reduce(contextWithSession, outside), fn)
}
