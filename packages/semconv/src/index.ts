/**
 * Attribute names, the session ID rule and the alias table, as pure data and functions. Imports nothing.
 *
 * - `session-id.ts`: which strings are valid session IDs, what is weak about a valid one, and how to create one
 * - `aliases/`: the table of attributes that name a session, reading it, and explaining which attribute won
 * - `attributes.ts`, `session-spans.ts`: the attribute keys that this project writes, with their limits
 * - `internal/`: what the packages of this project share; not public API
 *
 * `aliases/` calls `session-id.ts` and `internal/read-attributes.ts`; `internal/late-rules.ts` calls `aliases/`.
 *
 * @module
 */
export { explainSession, type SessionCandidate, type SessionExplanation } from './aliases/explain.ts'
export type { SessionAliases } from './aliases/plan.ts'
export { readSessionAlias, type SessionAliasMatch } from './aliases/read.ts'
export {
  NEVER_ALIASES,
  type NeverAlias,
  SESSION_ALIASES,
  type SessionAlias,
  type SessionAliasConcept,
} from './aliases/table.ts'
export {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  ATTR_SESSION_PREVIOUS_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  METADATA_MAX_LENGTH,
  METADATA_READ_MAX_LENGTH,
  TAG_MAX_LENGTH,
  TAGS_MAX_COUNT,
} from './attributes.ts'
export type { ReadableAttributes } from './internal/read-attributes.ts'
export {
  adviseSessionId,
  checkSessionId,
  createSessionId,
  SESSION_ID_MAX_LENGTH,
  type SessionIdAdvice,
  type SessionIdCheck,
  type SessionIdReason,
  type SessionIdRule,
} from './session-id.ts'
export {
  ATTR_SESSION_ANNOTATION,
  ATTR_SESSION_ATTACHMENT_CONTENT,
  ATTR_SESSION_ATTACHMENT_ENCODING,
  ATTR_SESSION_ATTACHMENT_NAME,
  ATTR_SESSION_ATTACHMENT_SHA256,
  ATTR_SESSION_ATTACHMENT_SIZE,
  ATTR_SESSION_ATTACHMENT_TYPE,
  ATTR_SESSION_ATTACHMENT_URL,
  ATTR_SESSION_END_REASON,
  ATTR_SESSION_END_STATE,
  ATTR_SESSION_EVENT_DATA,
  ATTR_SESSION_EVENT_NAME,
  ATTR_SESSION_FEEDBACK_COMMENT,
  ATTR_SESSION_FEEDBACK_LABEL,
  ATTR_SESSION_FEEDBACK_NAME,
  ATTR_SESSION_FEEDBACK_SCORE,
  ATTR_SESSION_FEEDBACK_SOURCE,
  ATTR_SESSION_LATE,
  ATTR_SESSION_METRIC_NAME,
  ATTR_SESSION_METRIC_VALUE,
  ATTR_SESSION_NAME,
  SESSION_END_STATES,
  SESSION_SPAN_NAMES,
  SESSION_SPAN_SCOPE,
  type SessionEndState,
  type SessionSpanKind,
} from './session-spans.ts'
