import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_SESSION_ID } from '../attributes.ts'

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
  /** What writes the attribute, for readers of the table. */
  readonly source?: string | undefined
}

const SESSION_THEN_CONVERSATION_THEN_THREAD = ['session_id', 'conversation_id', 'thread_id'] as const
const BOTH_SPELLINGS = [
  'session_id',
  'sessionId',
  'conversation_id',
  'conversationId',
  'thread_id',
  'threadId',
] as const
const AI_SDK_SPELLINGS = [
  'sessionId',
  'session_id',
  'conversationId',
  'conversation_id',
  'threadId',
  'thread_id',
] as const

const under = (prefix: string, keys: readonly string[], source: string): SessionAlias[] =>
  keys.map((key) => ({ key: `${prefix}${key}`, source }))

/**
 * The attributes that name a session, in the order of precedence: the first valid one wins.
 *
 * `session.id` must be a string. The others may be safe integers too, which become strings, because LangGraph users
 * write `thread_id: 1`; placeholders such as `'undefined'` are invalid in them.
 */
export const SESSION_ALIASES: readonly SessionAlias[] = Object.freeze([
  { key: ATTR_SESSION_ID, source: 'OpenTelemetry, OpenInference' },
  { key: ATTR_GEN_AI_CONVERSATION_ID, source: 'OpenTelemetry GenAI' },
  ...under('', SESSION_THEN_CONVERSATION_THEN_THREAD, 'names without a prefix; Traceloop (Python)'),
  { key: 'langfuse.session.id', source: 'Langfuse' },
  ...under('langsmith.metadata.', SESSION_THEN_CONVERSATION_THEN_THREAD, 'LangSmith'),
  ...under(
    'traceloop.association.properties.',
    [...SESSION_THEN_CONVERSATION_THEN_THREAD, 'chat_id'],
    'Traceloop OpenLLMetry',
  ),
  { key: 'lmnr.association.properties.session_id', source: 'Laminar' },
  { key: 'honeyhive.session_id', source: 'HoneyHive' },
  { key: 'langwatch.thread.id', source: 'LangWatch' },
  { key: 'wandb.thread_id', source: 'W&B Weave' },
  { key: 'galileo.session.id', source: 'Galileo' },
  { key: '$ai_session_id', source: 'PostHog' },
  ...under('ai.telemetry.metadata.', AI_SDK_SPELLINGS, 'AI SDK up to 6'),
  ...under('ai.settings.context.', AI_SDK_SPELLINGS, 'AI SDK 7'),
  ...under('mastra.metadata.', ['sessionId', 'threadId'], 'Mastra'),
  { key: 'gcp.vertex.agent.session_id', source: 'Google ADK' },
  { key: 'spring.ai.chat.client.conversation.id', source: 'Spring AI' },
  { key: 'microsoft.session.id', source: 'Microsoft' },
  { key: 'gen_ai.session.id', source: 'GenAI instrumentations before gen_ai.conversation.id' },
  ...BOTH_SPELLINGS.map(
    (key): SessionAlias => ({
      key: `metadata.${key}`,
      in: 'metadata-json',
      source: 'OpenInference (LangChain)',
    }),
  ),
  ...under('metadata.', BOTH_SPELLINGS, 'OpenInference (AI SDK), flattened'),
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
