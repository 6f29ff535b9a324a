import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_METADATA, ATTR_SESSION_ID } from '../attributes.ts'

/** What an alias identifies. A session may hold several conversations, and a conversation several threads. */
export type SessionAliasConcept = 'session' | 'conversation' | 'thread'

/** One attribute that names a session, and how it is read. */
export interface SessionAlias {
  /** The attribute; with `in: 'metadata-json'` a key of the JSON in `metadata`, written `metadata.<key>`. */
  readonly key: string
  /**
   * Where the value is: in an attribute of its own, or under a top-level key of the JSON object in `metadata`.
   *
   * @default 'attribute'
   */
  readonly in?: 'attribute' | 'metadata-json' | undefined
  /**
   * What the attribute identifies. `SESSION_ALIASES` is ordered by it. A table of your own is read in the order that
   * you give it, whatever the concepts of its entries are.
   */
  readonly concept?: SessionAliasConcept | undefined
  /** What writes the attribute, for readers of the table. */
  readonly source?: string | undefined
}

type Names = Readonly<Partial<Record<SessionAliasConcept, readonly string[]>>>

/** The names that applications and frameworks give a session. */
const NAMES = {
  session: ['session_id'],
  conversation: ['conversation_id', 'chat_id'],
  thread: ['thread_id'],
} as const satisfies Names

/** The same in metadata of applications, where some write camelCase. */
const IN_METADATA: Names = {
  session: ['session_id', 'sessionId'],
  conversation: ['conversation_id', 'conversationId', 'chat_id', 'chatId'],
  thread: ['thread_id', 'threadId'],
}
const IN_METADATA_CAMEL_CASE_FIRST: Names = {
  session: ['sessionId', 'session_id'],
  conversation: ['conversationId', 'conversation_id', 'chatId', 'chat_id'],
  thread: ['threadId', 'thread_id'],
}

/** Something that writes aliases. */
interface Source {
  readonly source: string
  /** Its own keys. */
  readonly own?: Names
  /** The prefix under which it writes what applications pass as metadata, and the names that are read there. */
  readonly prefix?: string
  readonly metadata?: Names
  /** Whether names under that prefix are also its own keys: it groups by them, whoever writes them. */
  readonly groupsByMetadata?: true
  readonly in?: 'metadata-json'
}

/** The prefix of the keys that are read in the JSON of `metadata`. */
export const METADATA_PREFIX = `${ATTR_METADATA}.`

const SOURCES: readonly Source[] = [
  { source: 'OpenTelemetry, OpenInference', own: { session: [ATTR_SESSION_ID] } },
  { source: 'OpenTelemetry GenAI', own: { conversation: [ATTR_GEN_AI_CONVERSATION_ID] } },
  { source: 'names without a prefix; Traceloop (Python)', prefix: '', metadata: NAMES },
  { source: 'Langfuse', own: { session: ['langfuse.session.id', 'langfuse_session_id'] } },
  { source: 'Langfuse', prefix: 'langfuse.trace.metadata.', metadata: IN_METADATA },
  { source: 'Langfuse', prefix: 'langfuse.observation.metadata.', metadata: IN_METADATA },
  { source: 'LangSmith', prefix: 'langsmith.metadata.', metadata: IN_METADATA, groupsByMetadata: true },
  {
    source: 'Traceloop OpenLLMetry',
    prefix: 'traceloop.association.properties.',
    metadata: IN_METADATA,
    groupsByMetadata: true,
  },
  {
    source: 'Laminar',
    prefix: 'lmnr.association.properties.',
    metadata: IN_METADATA,
    groupsByMetadata: true,
  },
  { source: 'HoneyHive', own: { session: ['honeyhive.session_id'] } },
  { source: 'LangWatch', own: { thread: ['langwatch.thread.id'] } },
  { source: 'W&B Weave', own: { thread: ['wandb.thread_id'] } },
  { source: 'Galileo', own: { session: ['galileo.session.id'] } },
  { source: 'PostHog', own: { session: ['$ai_session_id'] } },
  { source: 'AI SDK up to 6', prefix: 'ai.telemetry.metadata.', metadata: IN_METADATA_CAMEL_CASE_FIRST },
  { source: 'AI SDK 7', prefix: 'ai.settings.context.', metadata: IN_METADATA_CAMEL_CASE_FIRST },
  { source: 'Mastra', prefix: 'mastra.metadata.', metadata: IN_METADATA_CAMEL_CASE_FIRST },
  { source: 'Google ADK', own: { session: ['gcp.vertex.agent.session_id'] } },
  { source: 'Spring AI', own: { conversation: ['spring.ai.chat.client.conversation.id'] } },
  { source: 'Microsoft', own: { session: ['microsoft.session.id'] } },
  {
    source: 'GenAI instrumentations before gen_ai.conversation.id',
    own: { session: ['gen_ai.session.id'] },
  },
  { source: 'Eve', own: { session: ['eve.session.id'] } },
  {
    source: 'OpenInference (LangChain)',
    prefix: METADATA_PREFIX,
    metadata: IN_METADATA,
    in: 'metadata-json',
  },
  { source: 'OpenInference (AI SDK), flattened', prefix: METADATA_PREFIX, metadata: IN_METADATA },
]

/**
 * The keys of a concept, source by source. Under a prefix for metadata every source's own key counts too, because
 * applications pass a vendor's key as metadata of the framework that they use.
 */
function aliasesOf(concept: SessionAliasConcept): SessionAlias[] {
  const ownKeys = SOURCES.flatMap(({ own, prefix, groupsByMetadata }) => {
    return groupsByMetadata ? NAMES[concept].map((name) => `${prefix}${name}`) : (own?.[concept] ?? [])
  })
  return SOURCES.flatMap(({ source, own, prefix = '', metadata, in: place }) => {
    const names = metadata?.[concept] ?? []
    const keys = own?.[concept] ?? [...names, ...(prefix === '' ? [] : ownKeys)].map((name) => prefix + name)
    return keys.map((key) => ({ key, concept, source, ...(place && { in: place }) }))
  })
}

/**
 * The attributes that name a session, in the order of precedence: the first valid one wins. Keys of sessions come
 * first, whoever writes them, then keys of conversations, then those of threads.
 *
 * `session.id` must be a string. The others may be safe integers too, which become strings, because LangGraph users
 * write `thread_id: 1`; placeholders such as `'undefined'` are invalid in them.
 *
 * A key that is written later than the one that named the session replaces it only if its concept ranks higher.
 */
export const SESSION_ALIASES: readonly SessionAlias[] = Object.freeze([
  ...aliasesOf('session'),
  ...aliasesOf('conversation'),
  ...aliasesOf('thread'),
])

/** An attribute that looks like a session ID but is something else. */
export interface NeverAlias {
  /** The attribute. */
  readonly key: string
  /** What the attribute is instead of a session ID. */
  readonly reason: string
}

/** Attributes that are never read as a session, and what they are instead. */
export const NEVER_ALIASES: readonly NeverAlias[] = /* @__PURE__ */ Object.freeze([
  { key: 'langsmith.trace.session_id', reason: 'the LangSmith project' },
  { key: 'thread.id', reason: 'an operating-system thread number' },
  { key: 'mcp.session.id', reason: 'an MCP transport session' },
  { key: 'gen_ai.response.id', reason: 'one response of a model' },
  { key: 'previous_response_id', reason: 'the previous response, which differs in each turn' },
  { key: 'messaging.message.conversation_id', reason: 'the correlation ID of a message queue' },
  { key: 'browser.session.id', reason: 'a browser replay' },
  { key: '$session_id', reason: 'a browser replay (PostHog)' },
  { key: 'rum.sessionId', reason: 'a browser replay (Splunk)' },
])
