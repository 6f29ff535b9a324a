import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_METADATA, ATTR_USER_ID } from '../attributes.ts'
import { SESSION_ALIASES } from './table.ts'

/** The names that applications, frameworks and vendors give the ID of a user. */
const NAMES = [
  ATTR_USER_ID,
  'user_id',
  'userId',
  'enduser.id',
  'usr.id',
  'langfuse.user.id',
  'langfuse_user_id',
  'langfuseUserId',
  'langwatch.user.id',
  'langwatch.user_id',
  'ag.user.id',
  'gen_ai.user.id',
  'gen_ai.request.user',
  'gen_ai.openai.request.user',
  'llm.user',
  'gcp.vertex.agent.user_id',
  'honeyhive.user_id',
  'galileo.user.id',
  'confident.trace.user_id',
  'respan.customer_params.customer_identifier',
  '$ai_user_id',
  'posthog.distinct_id',
  'posthog_distinct_id',
  'distinct_id',
]

/** Where applications, frameworks and vendors put metadata: JSON in the attribute, or one attribute for each key. */
const PLACES = [
  ATTR_METADATA,
  'langfuse.trace.metadata',
  'langfuse.observation.metadata',
  'langsmith.metadata',
  'traceloop.association.properties',
  'lmnr.association.properties',
  'lmnr.association.properties.metadata',
  'ai.telemetry.metadata',
  'ai.settings.context',
  'mastra.metadata',
  'respan.metadata',
  'opik.metadata',
  'braintrust.metadata',
  'confident.trace.metadata',
  '_dd.ml_obs.metadata',
]

/** A field that several spans of a trace may disagree on. */
export type NamedField = typeof ATTR_USER_ID | typeof ATTR_GEN_AI_CONVERSATION_ID

/**
 * The attributes that name a user or a conversation, and which of the two; null for those whose JSON does. A key inside
 * that is written with the attribute and a dot before it.
 */
export type NamingKeys = ReadonlyMap<string, NamedField | null>

/** Keys that a backend has for the two. */
interface MoreKeys {
  readonly user?: string | undefined
  readonly conversation?: string | undefined
}

/**
 * Makes the table of attributes that name a user or a conversation. Names, e-mail addresses and pseudonyms of users are
 * not in it, because they cannot be compared with an ID.
 *
 * @param more the keys of backends
 */
export function namingKeys(more: readonly MoreKeys[]): NamingKeys {
  const keys = new Map<string, NamedField | null>(PLACES.map((place) => [place, null]))
  for (const { key, concept } of SESSION_ALIASES) {
    if (concept === 'conversation') keys.set(key, ATTR_GEN_AI_CONVERSATION_ID)
  }
  for (const prefix of ['', ...PLACES.map((place) => `${place}.`)]) {
    for (const name of NAMES) keys.set(prefix + name, ATTR_USER_ID)
  }
  for (const { user, conversation } of more) {
    if (conversation !== undefined) keys.set(conversation, ATTR_GEN_AI_CONVERSATION_ID)
    if (user !== undefined) keys.set(user, ATTR_USER_ID)
  }
  return keys
}
