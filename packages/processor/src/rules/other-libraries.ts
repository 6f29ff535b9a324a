import { type Context, createContextKey } from '@opentelemetry/api'
import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_SESSION_ID } from '@otel-sessions/semconv'
import {
  type AliasMatch,
  checkAliasValue,
  ownValue,
  type SessionRecordSettings,
} from '@otel-sessions/semconv/internal'

/** A value in the context, or properties of one, and the attribute to which the library writes it. */
interface Source {
  readonly key: symbol
  readonly attribute: string
  readonly names?: readonly string[] | undefined
}

// A context key is a symbol registered under its description, so these are the keys of the libraries themselves, read
// without a dependency.
const source = (description: string, attribute: string, names?: readonly string[]): Source => ({
  key: createContextKey(description),
  attribute,
  names,
})

/** Traceloop's, and Laminar's in another shape. */
const association = (...names: string[]): Source =>
  source('association_properties', 'traceloop.association.properties.', names)

/** By concept, as in the alias table: sessions come before conversations, and these before threads. */
const SOURCES = [
  source('OpenInference SDK Context Key session.id', ATTR_SESSION_ID),
  source('langfuse_session_id', ATTR_SESSION_ID),
  association('session_id', 'sessionId'),
  source('conversation_id', ATTR_GEN_AI_CONVERSATION_ID),
  association('conversation_id', 'conversationId', 'chat_id', 'chatId', 'thread_id', 'threadId'),
]

/** The session of an inbound request, once something accepted and checked it. */
const INBOUND = source('otel-sessions.inbound', ATTR_SESSION_ID)

/**
 * Rule 5: reads the session that another library's helper put into the context: OpenInference's `setSession`,
 * Langfuse's `propagateAttributes`, Traceloop's `withConversation` and `withAssociationProperties`. It is inferred, so an
 * invalid ID or a placeholder is ignored.
 */
export function readOtherLibraries(
  context: Context,
  settings: SessionRecordSettings,
): AliasMatch | undefined {
  for (const source of SOURCES) {
    const match = readSource(source, context, settings)
    if (match !== undefined) return match
  }
  return undefined
}

/** Rule 7: reads the session that was accepted from an inbound request. Baggage itself is never read. */
export const readInbound = (context: Context, settings: SessionRecordSettings): AliasMatch | undefined =>
  readSource(INBOUND, context, settings)

/**
 * Whether a value, valid or not, is one that rule 5 or 7 reads from the context. Then another processor wrote it on the
 * span before this one, and it is not explicit.
 */
export const isFromContext = (value: unknown, context: Context): boolean =>
  [...SOURCES, INBOUND].some((source) => valuesOf(source, context)?.some(([, found]) => found === value))

/** The session that a source names, by the rule for aliases: strings and safe integers, no placeholder. */
function readSource(
  source: Source,
  context: Context,
  { rule, aliases }: SessionRecordSettings,
): AliasMatch | undefined {
  const values = valuesOf(source, context)
  if (values === undefined) return undefined
  for (const [attribute, value] of values) {
    const check = checkAliasValue('', value, rule)
    if (check.ok) return { id: check.id, rank: aliases.attributes.get(attribute) }
  }
  return undefined
}

/** The values that a source has in a context, each with its attribute. */
function valuesOf(
  { key, attribute, names }: Source,
  context: Context,
): (readonly [attribute: string, value: unknown])[] | undefined {
  const found = context.getValue(key)
  if (found === undefined) return undefined
  if (names === undefined) return [[attribute, found]]
  try {
    return names.map((name) => [attribute + name, ownValue(Object(found), name)])
  } catch {
    // A getter or trap of another library that throws must not cost the span its session.
    return undefined
  }
}
