import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_SESSION_ID } from '@otel-sessions/semconv'
import { type AliasMatch, checkAliasValue, type SessionRecordSettings } from '@otel-sessions/semconv/internal'

// A context key is a symbol registered under its description, so these are the keys of the libraries themselves, read
// without a dependency.
const OPENINFERENCE_SESSION = createContextKey('OpenInference SDK Context Key session.id')
const LANGFUSE_SESSION = createContextKey('langfuse_session_id')
const TRACELOOP_CONVERSATION = createContextKey('conversation_id')
/** Traceloop's, and Laminar's in another shape. */
const ASSOCIATION_PROPERTIES = createContextKey('association_properties')
/** By concept, as in the alias table; `sessionId` is Laminar's. */
const SESSION_NAMES = ['session_id', 'sessionId'] as const
const OTHER_NAMES = [
  'conversation_id',
  'conversationId',
  'chat_id',
  'chatId',
  'thread_id',
  'threadId',
] as const

/** The session of an inbound request, once something accepted and checked it. */
const INBOUND_SESSION = createContextKey('otel-sessions.inbound')

/**
 * Rule 5: reads the session that another library's helper put into the context: OpenInference's `setSession`,
 * Langfuse's `propagateAttributes`, Traceloop's `withConversation` and `withAssociationProperties`. Sessions come before
 * conversations, and these before threads. It is inferred, so an invalid ID or a placeholder is ignored.
 */
export function readOtherLibraries(
  context: Context,
  settings: SessionRecordSettings,
): AliasMatch | undefined {
  if (context === ROOT_CONTEXT) return undefined
  const properties = context.getValue(ASSOCIATION_PROPERTIES)
  return (
    inferred(context.getValue(OPENINFERENCE_SESSION), ATTR_SESSION_ID, settings) ??
    inferred(context.getValue(LANGFUSE_SESSION), ATTR_SESSION_ID, settings) ??
    readAssociation(properties, SESSION_NAMES, settings) ??
    inferred(context.getValue(TRACELOOP_CONVERSATION), ATTR_GEN_AI_CONVERSATION_ID, settings) ??
    readAssociation(properties, OTHER_NAMES, settings)
  )
}

/** Rule 7: reads the session that was accepted from an inbound request. Baggage itself is never read. */
export function readInbound(context: Context, settings: SessionRecordSettings): AliasMatch | undefined {
  return context === ROOT_CONTEXT
    ? undefined
    : inferred(context.getValue(INBOUND_SESSION), ATTR_SESSION_ID, settings)
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
  return [...SESSION_NAMES, ...OTHER_NAMES].some((name) => value === propertyOf(properties, name))
}

function readAssociation(
  properties: unknown,
  names: readonly string[],
  settings: SessionRecordSettings,
): AliasMatch | undefined {
  if (properties === undefined) return undefined
  for (const name of names) {
    const match = inferred(propertyOf(properties, name), `traceloop.association.properties.${name}`, settings)
    if (match !== undefined) return match
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

/**
 * The session that a value names, by the rule for aliases: strings and safe integers, no placeholder.
 *
 * @param key the attribute that the library writes the value to
 */
function inferred(value: unknown, key: string, settings: SessionRecordSettings): AliasMatch | undefined {
  if (value === undefined) return undefined
  const check = checkAliasValue('', value, settings.rule)
  return check.ok ? { id: check.id, rank: settings.aliases.attributes.get(key) } : undefined
}
