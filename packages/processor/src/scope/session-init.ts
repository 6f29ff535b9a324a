import type {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_LATE,
  ATTR_SESSION_PREVIOUS_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
} from '@otel-sessions/semconv'

/** A value in metadata. */
export type MetadataValue = string | number | boolean

/** A session, as `usingSession` and its siblings take it. */
export interface SessionInit {
  /**
   * The session ID. `null`, `undefined` and everything that is not a valid session ID clear the session: inside
   * there is none. Leave the property out to stay in the active session.
   */
  readonly sessionId?: string | null | undefined
  /** The conversation in the session. Same rule as a session ID. Another session drops the outer conversation. */
  readonly conversationId?: string | null | undefined
  /** The end user. Same rule as a session ID. `null` or an invalid ID removes the outer user. */
  readonly userId?: string | null | undefined
  /** The session before this one. Only a session's start span carries it. Same rule as a session ID. */
  readonly previousSessionId?: string | null | undefined
  /** Free metadata: strings, finite numbers, booleans; 4 kB as JSON. Nested scopes merge it key by key. */
  readonly metadata?: Readonly<Record<string, MetadataValue>> | undefined
  /** Tags: at most 32 non-empty strings of at most 200 characters. Nested scopes unite them. */
  readonly tags?: readonly string[] | undefined
}

/**
 * The fields of a session beside its ID, checked, by the attributes that they become. `null` in place of an ID removes
 * the outer one. A field that is not set has no key.
 */
export interface SessionFields {
  readonly [ATTR_GEN_AI_CONVERSATION_ID]?: string | null
  readonly [ATTR_USER_ID]?: string | null
  /** It is not written on spans. */
  readonly [ATTR_SESSION_PREVIOUS_ID]?: string | null
  /** JSON where it comes from a span. */
  readonly [ATTR_METADATA]?: Readonly<Record<string, MetadataValue>> | string
  readonly [ATTR_TAG_TAGS]?: readonly string[]
  /** The session had ended when the scope was entered. Only the session object sets it. */
  readonly [ATTR_SESSION_LATE]?: true
}

/** A `SessionInit`, checked. */
export interface CheckedSession {
  /** It sets a session, clears it, or only adds fields to the active one. */
  readonly kind: 'session' | 'cleared' | 'fields'
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
}
