/**
 * The session that a span belongs to.
 *
 * Type: string of 1 to 199 printable US-ASCII characters (see `checkSessionId`).
 * Source: OpenTelemetry semantic conventions, registry `session.id` (Development); OpenInference `session.id`.
 *
 * @example 'user_123_conv_456'
 */
export const ATTR_SESSION_ID = 'session.id' as const

/**
 * The previous session of the user. It belongs on the session's start event, not on every span.
 *
 * Type: string, same rule as {@link ATTR_SESSION_ID}; differs from the session's own ID.
 * Source: OpenTelemetry semantic conventions, registry `session.previous_id` (Development).
 */
export const ATTR_SESSION_PREVIOUS_ID = 'session.previous_id' as const

/**
 * The conversation (thread) inside a session. A session may have several. Never derived from a session ID.
 *
 * Type: string, same rule as {@link ATTR_SESSION_ID}.
 * Source: OpenTelemetry GenAI semantic conventions, `gen_ai.conversation.id` (Development).
 */
export const ATTR_GEN_AI_CONVERSATION_ID = 'gen_ai.conversation.id' as const

/**
 * The end user.
 *
 * Type: string, same rule as {@link ATTR_SESSION_ID}.
 * Source: OpenTelemetry semantic conventions, registry `user.id`; OpenInference `user.id`.
 */
export const ATTR_USER_ID = 'user.id' as const

/**
 * Free metadata: one JSON object in a string of at most {@link METADATA_MAX_LENGTH} characters.
 *
 * Source: OpenInference semantic conventions, `metadata`.
 */
export const ATTR_METADATA = 'metadata' as const

/**
 * Tags: an array of non-empty strings, at most {@link TAGS_MAX_COUNT} of {@link TAG_MAX_LENGTH} characters.
 *
 * Source: OpenInference semantic conventions, `tag.tags`.
 */
export const ATTR_TAG_TAGS = 'tag.tags' as const

/**
 * The valid `session.id` that was written over an explicit one. The explicit session was restored.
 *
 * Type: string, same rule as {@link ATTR_SESSION_ID}. Source: this project.
 */
export const ATTR_OVERWRITTEN_ID = 'otel_sessions.overwritten_id' as const

/** The longest tag, in UTF-16 code units. A longer one is omitted and counted. */
export const TAG_MAX_LENGTH = 200

/** The most tags of one scope, those of outer scopes included. Further tags are omitted and counted. */
export const TAGS_MAX_COUNT = 32

/** The longest `metadata` JSON that is written, in UTF-16 code units (4 kB). A longer one is omitted and counted. */
export const METADATA_MAX_LENGTH = 4096

/** The longest `metadata` JSON that is searched for an alias, in UTF-16 code units (32 kB). */
export const METADATA_READ_MAX_LENGTH = 32_768
