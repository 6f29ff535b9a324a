// The few things that an application can do, so that one program can be played to the model and to the real packages.

export type AttributeValue = string | number

export interface SessionFields {
  readonly userId?: string
  readonly conversationId?: string
}

/** Whatever an application may hand over as "the session"; JavaScript callers do not read our types. */
export type SessionArgument =
  | string
  | number
  | null
  | undefined
  | SessionFields
  | (SessionFields & { readonly sessionId: string | number | null | undefined })

export interface StartOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  readonly root?: boolean
}

/** The four attributes by which a world is judged, on a span as it was exported. */
export interface Shipped {
  readonly 'session.id'?: unknown
  readonly 'otel_sessions.overwritten_id'?: unknown
  readonly 'user.id'?: unknown
  readonly 'gen_ai.conversation.id'?: unknown
}

export const JUDGED = [
  'session.id',
  'otel_sessions.overwritten_id',
  'user.id',
  'gen_ai.conversation.id',
] as const satisfies readonly (keyof Shipped)[]

/** The places in a context that are not ours: other libraries' keys, and what another process sent. */
export const OTHERS = ['openinference', 'langfuse', 'traceloop', 'association', 'inbound'] as const
export type Other = (typeof OTHERS)[number]

export interface World<C, S> {
  readonly rootContext: C
  startSpan(name: string, context: C, options?: StartOptions): S
  /** `context` with `span` as its active span. */
  withSpan(context: C, span: S): C
  setSession(context: C, session: SessionArgument): C
  clearSession(context: C): C
  /** Enters a scope while `context` is active, and gives the context that was active inside. */
  usingSession(context: C, session: SessionArgument): C
  /** `context` with a session in one of the places that are not ours. */
  withOther(context: C, other: Other, session: AttributeValue): C
  setAttribute(span: S, key: string, value: AttributeValue): void
  setSpanSession(span: S, session: SessionArgument): void
  end(span: S): void
  /** Every span that was exported, by name. */
  shipped(): Map<string, Shipped>
}

export interface WorldOptions {
  readonly onOverwrite?: 'restore' | 'accept'
  readonly inferFromChildren?: boolean
  /** The process's session; false is none. */
  readonly defaultSession?: string | false
}
