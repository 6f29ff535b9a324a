/** A value that metadata may hold. */
export type MetadataValue = string | number | boolean

/** What a scope says beside the session ID, checked. In place of an ID, null takes the outer one away. */
export interface SessionFields {
  readonly conversationId: string | null | undefined
  readonly userId: string | null | undefined
  readonly previousSessionId: string | null | undefined
  readonly metadata: Readonly<Record<string, MetadataValue>> | undefined
  readonly tags: readonly string[] | undefined
  /** The session had ended when the scope was entered. Said by a `Session` alone. */
  readonly late?: true | undefined
}

/** What `usingSession` and its siblings may be told about a session. */
export interface SessionInit {
  /**
   * The session. `null`, and everything that is no valid session ID, states that there is none; so does
   * `undefined` where the property is there. Without the property the session in force stays.
   */
  readonly sessionId?: string | null | undefined
  /** The conversation inside the session. Same rule as a session ID. A new session drops the outer one. */
  readonly conversationId?: string | null | undefined
  /** The end user. Same rule as a session ID. `null`, or an ID that is refused, takes the outer one away. */
  readonly userId?: string | null | undefined
  /** The session before this one; for a session's start event, never stamped on spans. Same rule as a session ID. */
  readonly previousSessionId?: string | null | undefined
  /** Free metadata: strings, finite numbers, booleans. Merged key by key in nested scopes; 4 kB as JSON. */
  readonly metadata?: Readonly<Record<string, MetadataValue>> | undefined
  /** Tags: non-empty strings of at most 200 characters, at most 32. United in nested scopes. */
  readonly tags?: readonly string[] | undefined
}

/** A session as it was given, checked: a stated ID, stated absence, or fields alone. */
export interface CheckedSession {
  readonly kind: 'session' | 'cleared' | 'nothing'
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
}
