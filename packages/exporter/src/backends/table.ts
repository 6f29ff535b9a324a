import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
} from '@otel-sessions/semconv'
import type { BackendName, SessionBackend } from './backend.ts'

type Keys = Omit<SessionBackend, 'name'>

const prefixed = (prefix: string) => ({ prefix, form: 'attributes' }) as const
const json = (key: string) => ({ key, form: 'json' }) as const
const array = (key: string) => ({ key, form: 'array' }) as const

/** Groups by `gen_ai.conversation.id` alone. */
const BY_CONVERSATION = {
  session: [],
  conversation: ATTR_GEN_AI_CONVERSATION_ID,
  conversationFromSession: true,
  user: ATTR_USER_ID,
} as const

const under = (prefix: string, ...keys: string[]) => keys.map((key) => prefix + key)

// In a function, so that a bundler can see that who names no dialect does not need it.
function table(): Readonly<Record<BackendName, SessionBackend>> {
  const traceloop = 'traceloop.association.properties.'
  const laminar = 'lmnr.association.properties.'
  const langfuse: Keys = {
    session: ['langfuse.session.id'],
    alsoReads: [
      'langfuse.observation.metadata.langfuse_session_id',
      'langfuse.trace.metadata.langfuse_session_id',
      'ai.telemetry.metadata.sessionId',
    ],
    user: 'langfuse.user.id',
    tags: array('langfuse.trace.tags'),
    metadata: prefixed('langfuse.trace.metadata.'),
  }
  const keys: Record<BackendName, Keys> = {
    otel: { session: [ATTR_SESSION_ID], conversation: ATTR_GEN_AI_CONVERSATION_ID, user: ATTR_USER_ID },
    openinference: {
      session: [ATTR_SESSION_ID],
      user: ATTR_USER_ID,
      tags: array(ATTR_TAG_TAGS),
      metadata: json(ATTR_METADATA),
    },
    langfuse,
    interactiveai: langfuse,
    langsmith: {
      session: ['langsmith.metadata.session_id'],
      alsoReads: [
        ...under('langsmith.metadata.', 'conversation_id', 'thread_id'),
        ...under(traceloop, 'session_id', 'conversation_id', 'thread_id'),
      ],
      user: 'langsmith.metadata.user_id',
      tags: { key: 'langsmith.span.tags', form: 'comma-separated' },
      metadata: prefixed('langsmith.metadata.'),
    },
    traceloop: {
      session: [`${traceloop}session_id`],
      alsoReads: under(traceloop, 'conversation_id', 'thread_id', 'chat_id'),
      conversation: ATTR_GEN_AI_CONVERSATION_ID,
      user: `${traceloop}user_id`,
      metadata: prefixed(traceloop),
    },
    honeyhive: {
      session: ['honeyhive.session_id'],
      alsoReads: [`${traceloop}session_id`],
      extras: { 'honeyhive.session_auto_create': true },
    },
    datadog: { ...BY_CONVERSATION, tags: array(ATTR_TAG_TAGS), metadata: json('_dd.ml_obs.metadata') },
    sentry: BY_CONVERSATION,
    mlflow: { session: [ATTR_SESSION_ID], user: ATTR_USER_ID },
    opik: {
      session: ['thread_id'],
      tags: array('opik.tags'),
      metadata: prefixed('opik.metadata.'),
    },
    weave: {
      session: ['wandb.thread_id'],
      alsoReads: ['gcp.vertex.agent.session_id', 'weave.conversation.id'],
      conversation: ATTR_GEN_AI_CONVERSATION_ID,
      conversationFromSession: true,
    },
    laminar: {
      session: [`${laminar}session_id`],
      alsoReads: under('ai.telemetry.metadata.', 'session_id', 'sessionId'),
      user: `${laminar}user_id`,
      tags: array(`${laminar}tags`),
      metadata: prefixed(`${laminar}metadata.`),
    },
    posthog: {
      session: ['$ai_session_id'],
      alsoReads: [
        'ai.telemetry.metadata.$ai_session_id',
        'ai.settings.context.$ai_session_id',
        'eve.session.id',
      ],
    },
    braintrust: { session: [], tags: array('braintrust.tags'), metadata: json('braintrust.metadata') },
    confident: {
      session: ['confident.trace.thread_id'],
      user: 'confident.trace.user_id',
      tags: array('confident.trace.tags'),
      metadata: json('confident.trace.metadata'),
    },
    respan: {
      session: ['respan.threads.thread_identifier', 'respan.sessions.session_identifier'],
      user: 'respan.customer_params.customer_identifier',
      metadata: prefixed('respan.metadata.'),
    },
    galileo: { session: ['galileo.session.id'] },
    langwatch: {
      session: ['langwatch.thread.id'],
      alsoReads: ['langwatch.thread_id', 'thread_id', 'langwatch.langgraph.thread_id'],
      user: 'langwatch.user.id',
      tags: array('langwatch.labels'),
    },
    agentops: { session: [], tags: array('agentops.tags') },
    azure: { session: ['microsoft.session.id'], user: 'enduser.id', idRule: { maxLength: 64 } },
    agentcore: { session: [ATTR_SESSION_ID] },
    maxim: {
      session: [ATTR_SESSION_ID],
      conversation: ATTR_GEN_AI_CONVERSATION_ID,
      user: ATTR_USER_ID,
      idRule: { pattern: /^[A-Za-z0-9_-]+$/ },
    },
  }
  const named = Object.entries(keys).map(([name, its]) => [name, { name, ...its }])
  return frozen(Object.fromEntries(named))
}

/** With all that is in it: every exporter of the process writes by it. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const its of Object.values(value)) frozen(its)
  }
  return value
}

/**
 * The attributes by which the backends group. `SessionSpanExporter` takes the names for its option `dialects`; for
 * a backend that wants a little else, copy one and change it: `{ ...SESSION_DIALECTS.azure, name: 'mine', user:
 * 'app.user' }`. The table itself is frozen. Whom each is for, and how it is known, is in `SESSION_DIALECT_FACTS`.
 *
 * @example new SessionSpanExporter(exporter, { dialects: ['langsmith', { ...SESSION_DIALECTS.azure, name: 'mine' }] })
 */
export const BACKENDS: Readonly<Record<BackendName, SessionBackend>> = /* @__PURE__ */ table()
