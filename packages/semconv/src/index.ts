export { adviseSessionId, type SessionIdAdvice } from './advice.ts'
export type { SessionAliases } from './alias-plan.ts'
export { NEVER_ALIASES, type NeverAlias, SESSION_ALIASES, type SessionAlias } from './aliases.ts'
export {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  ATTR_SESSION_PREVIOUS_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
} from './attributes.ts'
export { createSessionId } from './create-id.ts'
export type {
  DialectIdRule,
  DialectMetadata,
  DialectName,
  DialectTags,
  SessionDialect,
} from './dialect.ts'
export {
  type DialectEvidence,
  type DialectFacts,
  type DialectField,
  SESSION_DIALECT_FACTS,
} from './dialect-facts.ts'
export { SESSION_DIALECTS } from './dialects.ts'
export { explainSession, type SessionCandidate, type SessionExplanation } from './explain.ts'
export {
  METADATA_MAX_LENGTH,
  METADATA_READ_MAX_LENGTH,
  SESSION_ID_MAX_LENGTH,
  TAG_MAX_LENGTH,
  TAGS_MAX_COUNT,
} from './limits.ts'
export type { ReadableAttributes } from './own-value.ts'
export { readSessionAlias, type SessionAliasMatch } from './read-alias.ts'
export {
  readRecord,
  SESSION_RECORD,
  SESSION_RECORD_VERSION,
  type SessionFlush,
  type SessionRecord,
  type SessionRecordSettings,
  type SessionTrace,
  type StampedFields,
} from './record.ts'
export {
  checkSessionId,
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
