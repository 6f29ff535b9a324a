import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import type { SessionIdRule } from '@otel-sessions/semconv'
import { checkAliasValue } from '@otel-sessions/semconv/internal'

// A context key is a symbol registered under its description, so these are the keys of the libraries themselves, read
// without a dependency.
const OPENINFERENCE_SESSION = createContextKey('OpenInference SDK Context Key session.id')
const LANGFUSE_SESSION = createContextKey('langfuse_session_id')
const TRACELOOP_CONVERSATION = createContextKey('conversation_id')
/** Traceloop's, and Laminar's in another shape. */
const ASSOCIATION_PROPERTIES = createContextKey('association_properties')
/** In the order of the alias table; `sessionId` is Laminar's. */
const ASSOCIATION_NAMES = ['session_id', 'conversation_id', 'thread_id', 'chat_id', 'sessionId'] as const

/** The session of an inbound request, once something accepted and checked it. */
const INBOUND_SESSION = createContextKey('otel-sessions.inbound')

/**
 * Rule 5: reads the session that another library's helper put into the context: OpenInference's `setSession`,
 * Langfuse's `propagateAttributes`, Traceloop's `withConversation` and `withAssociationProperties`, in this order. It
 * is inferred, so an invalid ID or a placeholder is ignored.
 */
export function readOtherLibraries(context: Context, rule: SessionIdRule): string | undefined {
  if (context === ROOT_CONTEXT) return undefined
  return (
    inferredId(context.getValue(OPENINFERENCE_SESSION), rule) ??
    inferredId(context.getValue(LANGFUSE_SESSION), rule) ??
    inferredId(context.getValue(TRACELOOP_CONVERSATION), rule) ??
    readAssociation(context.getValue(ASSOCIATION_PROPERTIES), rule)
  )
}

/** Rule 7: reads the session that was accepted from an inbound request. Baggage itself is never read. */
export function readInbound(context: Context, rule: SessionIdRule): string | undefined {
  return context === ROOT_CONTEXT ? undefined : inferredId(context.getValue(INBOUND_SESSION), rule)
}

/**
 * Whether a value, valid or not, is one that rule 5 or 7 reads from the context. Then another processor wrote it on the
 * span before this one, and it is not explicit.
 */
export function isFromContext(value: unknown, context: Context): boolean {
  if (
    value === context.getValue(OPENINFERENCE_SESSION) ||
    value === context.getValue(LANGFUSE_SESSION) ||
    value === context.getValue(TRACELOOP_CONVERSATION) ||
    value === context.getValue(INBOUND_SESSION)
  ) {
    return true
  }
  const properties = context.getValue(ASSOCIATION_PROPERTIES)
  return ASSOCIATION_NAMES.some((name) => value === propertyOf(properties, name))
}

function readAssociation(properties: unknown, rule: SessionIdRule): string | undefined {
  if (properties === undefined) return undefined
  for (const name of ASSOCIATION_NAMES) {
    const id = inferredId(propertyOf(properties, name), rule)
    if (id !== undefined) return id
  }
  return undefined
}

function propertyOf(properties: unknown, name: string): unknown {
  try {
    return typeof properties === 'object' && properties !== null && Object.hasOwn(properties, name)
      ? (properties as Record<string, unknown>)[name]
      : undefined
  } catch {
    // A getter or trap of another library that throws must not cost the span its session.
    return undefined
  }
}

/** The ID that a value names, by the rule for aliases: strings and safe integers, no placeholder. */
function inferredId(value: unknown, rule: SessionIdRule): string | undefined {
  if (value === undefined) return undefined
  const check = checkAliasValue('', value, rule)
  return check.ok ? check.id : undefined
}
