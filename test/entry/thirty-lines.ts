import { type Context, context, createContextKey, diag } from '@opentelemetry/api'
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Request, RequestHandler } from 'express'

type Session = { readonly sessionId: string; readonly userId?: string }

const SESSION = createContextKey('my-app session')
/** Where instrumentations of HTTP servers keep the server's span. */
const SERVER = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')
/** What the session guides of most backends accept. */
const VALID = /^[\x20-\x7e]{1,199}$/

/** Runs `fn` in a session. With an invalid ID it runs in none: the outer session may be another user's. */
export function withSession<T>(session: Session, fn: () => T): T {
  if (VALID.test(session.sessionId)) return context.with(context.active().setValue(SESSION, session), fn)
  diag.warn('withSession: the ID must have 1 to 199 printable ASCII characters')
  return context.with(context.active().deleteValue(SESSION), fn)
}

/** Writes the session of a context to a span. */
function write(span: Span | undefined, from: Context): void {
  const session = from.getValue(SESSION) as Session | undefined
  if (session === undefined) return
  span?.setAttributes({
    'session.id': session.sessionId,
    ...(session.userId && { 'user.id': session.userId }),
  })
}

/** Writes the session to each span when it starts. Register it before the processor that exports. */
export class SessionProcessor implements SpanProcessor {
  onStart(span: Span, parentContext: Context): void {
    write(span, parentContext)
  }
  onEnd(): void {}
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

/** An Express middleware: what is behind it runs in the session of the request. Put it behind your authentication. */
export function sessionMiddleware(find: (request: Request) => Promise<Session | undefined>): RequestHandler {
  return async (request, _response, next) => {
    const session = await find(request)
    if (!session) return next()
    withSession(session, () => {
      // The HTTP server's span started before the session was known.
      const server = context.active().getValue(SERVER) as { readonly span?: Span } | undefined
      write(server?.span, context.active())
      next()
    })
  }
}
