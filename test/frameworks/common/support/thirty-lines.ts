import { type Context, context, createContextKey, diag } from '@opentelemetry/api'
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'

const SESSION_ID = createContextKey('my-app session.id')
/** What the session guides of most backends accept. */
const VALID = /^[\x20-\x7e]{1,199}$/

/** Runs `fn` in a session. With an invalid ID it runs in none: the outer session may be another user's. */
export function withSession<T>(sessionId: string, fn: () => T): T {
  const active = context.active()
  if (VALID.test(sessionId)) return context.with(active.setValue(SESSION_ID, sessionId), fn)
  diag.warn('withSession: the ID must have 1 to 199 printable ASCII characters')
  return context.with(active.deleteValue(SESSION_ID), fn)
}

/** Writes the session to each span when it starts. Register it before the processor that exports. */
export class SessionProcessor implements SpanProcessor {
  onStart(span: Span, parentContext: Context): void {
    const sessionId = parentContext.getValue(SESSION_ID)
    if (typeof sessionId === 'string') span.setAttribute('session.id', sessionId)
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
