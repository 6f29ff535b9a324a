// The operations of an application, so that one program can run in the model and in the real packages.

export type AttributeValue = string | number

export interface SessionFields {
  readonly userId?: string | undefined
  readonly conversationId?: string | undefined
}

/** Any value that an application may pass as the session; JavaScript callers do not check types. */
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
  /** Whether LangChain's instrumentation makes the span, in a context that may be another request's. */
  readonly langchain?: boolean
}

/** The four attributes of an exported span that are compared. */
export interface Exported {
  readonly 'session.id'?: unknown
  readonly 'otel_sessions.overwritten_id'?: unknown
  readonly 'user.id'?: unknown
  readonly 'gen_ai.conversation.id'?: unknown
}

export const COMPARED = [
  'session.id',
  'otel_sessions.overwritten_id',
  'user.id',
  'gen_ai.conversation.id',
] as const satisfies readonly (keyof Exported)[]

/** The other sessions in a context, in the order of the rules: other libraries' keys, and the one from a request. */
export const OTHERS = ['openinference', 'langfuse', 'association', 'traceloop', 'inbound'] as const
export type Other = (typeof OTHERS)[number]

export interface World<C, S> {
  readonly rootContext: C
  startSpan(name: string, context: C, options?: StartOptions): S
  /** `context` with `span` as its active span. */
  withSpan(context: C, span: S): C
  contextWithSession(context: C, session: SessionArgument): C
  contextWithoutSession(context: C): C
  /** Enters a scope while `context` is active, and returns the context that is active inside. */
  usingSession(context: C, session: SessionArgument): C
  /** `context` with a session under one of the other keys. */
  withOther(context: C, other: Other, session: AttributeValue): C
  setAttribute(span: S, key: string, value: AttributeValue): void
  setSpanSession(span: S, session: SessionArgument): void
  end(span: S): void
  /** Every span that was exported, by name. */
  exported(): Map<string, Exported>
}

export interface WorldOptions {
  readonly onOverwrite?: 'restore' | 'accept'
  readonly inferFromChildren?: boolean
  /** The default session of the process; false for none. */
  readonly defaultSession?: string | false
}
