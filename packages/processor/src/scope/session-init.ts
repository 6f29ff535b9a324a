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

/** The fields of a session beside its ID, checked. `null` in place of an ID removes the outer one. */
export interface SessionFields {
  readonly conversationId: string | null | undefined
  readonly userId: string | null | undefined
  readonly previousSessionId: string | null | undefined
  readonly metadata: Readonly<Record<string, MetadataValue>> | undefined
  readonly tags: readonly string[] | undefined
  /** The session had ended when the scope was entered. Only the session object sets it. */
  readonly late?: true | undefined
}

/** A `SessionInit`, checked. */
export interface CheckedSession {
  /** It sets a session, clears it, or only adds fields to the active one. */
  readonly kind: 'session' | 'cleared' | 'fields'
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
}
