import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import type { SessionIdRule } from '@otel-sessions/semconv'
import { checkAliasValue } from '@otel-sessions/semconv/internal'

// A context key is a symbol that is registered under its description, so these are the very keys that the
// libraries use, read without depending on them.
const OPENINFERENCE_SESSION = createContextKey('OpenInference SDK Context Key session.id')
const LANGFUSE_SESSION = createContextKey('langfuse_session_id')
const TRACELOOP_CONVERSATION = createContextKey('conversation_id')
/** Traceloop's, and Laminar's in another shape. */
const ASSOCIATION_PROPERTIES = createContextKey('association_properties')
/** In the order of the alias table; `sessionId` is Laminar's. */
const ASSOCIATION_NAMES = ['session_id', 'conversation_id', 'thread_id', 'chat_id', 'sessionId'] as const

/** Where a session lies that another process named, once something has let it in and checked it. */
const INBOUND_SESSION = createContextKey('otel-sessions.inbound')

/**
 * Rule 5: the session that another library's helper has put into the context: OpenInference's `setSession`,
 * Langfuse's `propagateAttributes`, Traceloop's `withConversation` and `withAssociationProperties`, in this
 * order. It is a hint, so an invalid one and a placeholder are passed over.
 */
export function readOtherLibraries(context: Context, rule: SessionIdRule): string | undefined {
  if (context === ROOT_CONTEXT) return undefined
  return (
    hintOf(context.getValue(OPENINFERENCE_SESSION), rule) ??
    hintOf(context.getValue(LANGFUSE_SESSION), rule) ??
    hintOf(context.getValue(TRACELOOP_CONVERSATION), rule) ??
    associated(context.getValue(ASSOCIATION_PROPERTIES), rule)
  )
}

/** Rule 7: the session that came with an inbound request. Plain baggage is never read. */
export function readInbound(context: Context, rule: SessionIdRule): string | undefined {
  return context === ROOT_CONTEXT ? undefined : hintOf(context.getValue(INBOUND_SESSION), rule)
}

/**
 * Whether a value is what the context names by rule 5 or 7: then a processor that ran before ours has stamped
 * it, and it is no word of the application's, be it valid or not.
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

function associated(properties: unknown, rule: SessionIdRule): string | undefined {
  if (properties === undefined) return undefined
  for (const name of ASSOCIATION_NAMES) {
    const id = hintOf(propertyOf(properties, name), rule)
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
    // A getter or a trap that throws is somebody else's, and must not cost the span its session.
    return undefined
  }
}

/** What an attribute with this value would name, were it an alias: strings, safe integers, no placeholder. */
function hintOf(value: unknown, rule: SessionIdRule): string | undefined {
  if (value === undefined) return undefined
  const check = checkAliasValue('', value, rule)
  return check.ok ? check.id : undefined
}
