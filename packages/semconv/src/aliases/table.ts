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
}

/** The names that applications and frameworks give a session. In metadata, some write them in camelCase. */
const NAMES: Readonly<Record<SessionAliasConcept, readonly string[]>> = {
  session: ['session_id'],
  conversation: ['conversation_id', 'chat_id'],
  thread: ['thread_id'],
}

/** The prefix of the keys that are read in the JSON of `metadata`. */
export const METADATA_PREFIX = `${ATTR_METADATA}.`

/** Prefixes under which names are also keys of the backend itself: it groups by them, whoever writes them. */
const GROUPING = ['langsmith.metadata.', 'traceloop.association.properties.', 'lmnr.association.properties.']

/** Prefixes of frameworks in which camelCase is usual, so that it is read first. */
const CAMEL_CASE = ['ai.telemetry.metadata.', 'ai.settings.context.', 'mastra.metadata.']

/**
 * The keys of vendors, each with its concept in its name, and the prefixes under which frameworks write what
 * applications pass as metadata. The empty prefix stands for names as they are.
 */
const SOURCES = [
  ATTR_SESSION_ID,
  ATTR_GEN_AI_CONVERSATION_ID,
  '',
  'langfuse.session.id',
  'langfuse_session_id',
  'langfuse.trace.metadata.',
  'langfuse.observation.metadata.',
  ...GROUPING,
  'honeyhive.session_id',
  'langwatch.thread.id',
  'wandb.thread_id',
  'galileo.session.id',
  '$ai_session_id',
  ...CAMEL_CASE,
  'gcp.vertex.agent.session_id',
  'spring.ai.chat.client.conversation.id',
  'microsoft.session.id',
  'gen_ai.session.id',
  'eve.session.id',
]

/**
 * The keys of a concept, source by source. Under a prefix every vendor's own key counts too, because applications pass
 * a vendor's key as metadata of the framework that they use.
 */
function aliasesOf(concept: SessionAliasConcept): SessionAlias[] {
  const names = NAMES[concept]
  const ownKeys = SOURCES.flatMap((source) => {
    if (GROUPING.includes(source)) return names.map((name) => source + name)
    return source.includes(concept) ? source : []
  })
  const under = (prefix: string) => {
    const both = names.flatMap((name) => {
      const spellings = [name, name.replace('_id', 'Id')]
      return CAMEL_CASE.includes(prefix) ? spellings.reverse() : spellings
    })
    return [...both, ...ownKeys].map((name) => prefix + name)
  }
  const keys = SOURCES.flatMap((source) => {
    if (source === '') return names
    if (source.endsWith('.')) return under(source)
    return source.includes(concept) ? source : []
  })
  const inMetadata = under(METADATA_PREFIX)
  return [
    ...keys.map((key) => ({ key, concept })),
    ...inMetadata.map((key) => ({ key, concept, in: 'metadata-json' as const })),
    // Some instrumentations write the entries of `metadata` as attributes of their own.
    ...inMetadata.map((key) => ({ key, concept })),
  ]
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
export const SESSION_ALIASES: readonly SessionAlias[] = Object.freeze(
  (['session', 'conversation', 'thread'] as const).flatMap(aliasesOf),
)

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
