import { context, type Span, trace } from '@opentelemetry/api'
import { getSession, type SessionInit, setSpanSession } from '@otel-sessions/processor'
import { ATTR_SESSION_ID } from '@otel-sessions/semconv'
import type { SessionOfRequest } from '../options.ts'
import { recordOf } from '../surroundings.ts'

type Session = NonNullable<SessionOfRequest> | null

/** The ID that an answer sets; null if it clears the session, undefined if it only has fields. */
export function idOf(session: Session): string | null | undefined {
  if (typeof session !== 'object' || session === null) return session
  return 'sessionId' in session ? (session.sessionId ?? null) : undefined
}

/**
 * Sets the session on a span that started before. Where it is cleared, the ID that the span has from its start is taken
 * off: the exporter would report it, as it reports an ID that somebody else wrote on a span without a session.
 */
export function setOnSpan(span: Span, session: Session): void {
  if (idOf(session) === null) removeStampedId(span)
  setSpanSession(span, session)
}

function removeStampedId(span: Span): void {
  const { attributes } = span as Span & { readonly attributes?: Record<string, unknown> }
  const id = recordOf(span)?.id
  if (attributes === undefined || id === undefined || attributes[ATTR_SESSION_ID] !== id) return
  Reflect.deleteProperty(attributes, ATTR_SESSION_ID)
}

/**
 * The session as the active scope has it, with what the scopes around it add. With less, a span would lose what they
 * have put on it.
 *
 * @param session the one that was entered
 */
export function mergedSession(session: Session): Session {
  const id = idOf(session)
  const inside = getSession(trace.deleteSpan(context.active()))
  if (id === null || inside?.source !== 'scope') return session
  const own = typeof session === 'object' ? session : null
  const { metadata, tags, userId, conversationId } = inside
  if (id === undefined) return { ...own, metadata, tags }
  const merged: SessionInit = { ...own, sessionId: id, metadata, tags }
  return Object.assign(merged, userId && { userId }, conversationId && { conversationId })
}
