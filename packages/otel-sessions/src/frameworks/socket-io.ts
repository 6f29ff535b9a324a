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
      usingSession(session, () => bindSocket(socket as Methods, session))
      // The handler of `connection` is called behind `next`.
      return inSession(session, next)
    }
    const found = entry.find(socket)
    if (found instanceof Promise) found.then(go)
    else go(found)
  }
}

type Session = Exclude<SessionOfRequest, undefined>
type Method = (...args: unknown[]) => unknown
type Methods = Record<string, Method | undefined>

/** Methods of versions 2 to 4 by which a socket handles a message, and its end. All listeners are called below them. */
const HANDLES = ['onevent', '_onclose', 'onclose', '_onerror', 'onerror']

/**
 * Makes a socket handle in a session what it receives. Not its listeners are bound, but what calls them: the active span
 * stays that of the message, and a listener that was added before is called there as well.
 */
function bindSocket(socket: Methods, session: Session): void {
  const { onevent, emit } = socket
  // Not socket.io's: an emitter, whose listeners can be bound from now on.
  if (typeof onevent !== 'function' || typeof emit !== 'function') {
    bindSession(socket, session)
    return
  }
  for (const name of HANDLES) {
    const handle = socket[name]
    if (typeof handle !== 'function') continue
    socket[name] = function (...args) {
      return inSession(session, () => Reflect.apply(handle, this, args))
    }
  }
  socket['emit'] = function (...args) {
    const acknowledge = args.at(-1)
    if (typeof acknowledge === 'function')
      args[args.length - 1] = bindAcknowledge(acknowledge as Method, session)
    return Reflect.apply(emit, this, args)
  }
}

/** A scope without an end: a listener that returns at once may go on for as long as the connection lasts. */
const inSession = <T>(session: Session, fn: () => T): T =>
  context.with(contextWithSession(context.active(), session), fn)

const bindAcknowledge = (acknowledge: Method, session: Session) =>
  getSession() === undefined ? bindSession(acknowledge, session) : bindSession(acknowledge)
