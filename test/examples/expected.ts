import { type StoredSpan, ticketByHand } from './by-hand.ts'

/** What each example promises: every span that it exports, by session. */
export interface Expected {
  gets: string
  sessions: Record<string, string[]>
  /** Spans that correctly have no session. */
  none?: string[]
  /** The user of each session. */
  users?: Record<string, string>
  /** Attributes that every span has in addition to the session. */
  attributes?: Record<string, string>
  /** The number of traces, where that is part of the promise. */
  traces?: number
  /** What it prints, as rows `label: value`, computed from the spans in the backend. */
  printed?: (spans: readonly StoredSpan[]) => Record<string, unknown>
  /** The expected warnings; none by default. */
  warns?: RegExp
  env?: NodeJS.ProcessEnv
  /** What it imports is installed for the documentation only: `docs:check-code` runs it, beside the page that includes it. */
  isForDocs?: true
  /** What it imports is installed for `test:messages` only, which runs it. */
  isForMessages?: true
}

const A = 'user_123_conv_456'
const B = 'user_124_conv_789'

const sameFor = (ids: string[], spans: string[]) => Object.fromEntries(ids.map((id) => [id, spans]))

const times = (count: number, span: string): string[] => Array.from({ length: count }, () => span)

const LIFECYCLE = '@otel-sessions/processor/lifecycle'

/** LangGraph's spans of an agent that calls its model again after each tool. */
const langGraph = ({ turns, tools }: { turns: number; tools: number }) =>
  [
    ...times(turns, 'LangGraph'),
    ...times(turns, '__start__'),
    ...times(turns + tools, 'ChatOpenAI'),
    ...times(turns + tools, 'RunnableLambda'),
    ...times(turns + tools, 'model'),
    ...times(tools, 'tools'),
    ...times(tools, 'track_order'),
  ].map((span) => `langchain: ${span}`)

const twice = (spans: string[]) => spans.flatMap((span) => [span, span])

/** The tests' collector only reads JSON. */
const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }

const answerSpans = ['app: say its', 'app: say on', 'app: say way']

const aiSdk = [
  'app: look up',
  'app: save answer',
  ...twice(['gen_ai: chat gpt-5-mini']),
  'gen_ai: execute_tool track',
  'gen_ai: invoke_agent gpt-5-mini',
  'gen_ai: step 1',
  'gen_ai: step 2',
  ...twice(['undici: POST']),
]

export const EXPECTED: Record<string, Expected> = {
  'quick-start.ts': {
    gets: 'every span carries the session',
    sessions: { [A]: ['quick-start: answer', 'quick-start: look up'] },
  },
  'delivery.ts': {
    gets: 'the next process delivers the spans of one that ended during an outage',
    sessions: { [A]: ['delivery: answer', 'delivery: ask', 'delivery: look up'] },
    printed: (spans) => ({
      'In the journal': spans.length,
      Found: spans.length,
      Delivered: spans.length,
    }),
    warns:
      /^.* 127\.0\.0\.1:1 is unavailable \(ECONNREFUSED\).*\n.* 3 spans not delivered before the shutdown.*\n$/,
    // `test:real` sends both to a real collector.
    env: json,
  },
  'sdk-node.ts': {
    gets: 'the spans of both HTTP clients carry the session',
    sessions: { [A]: ['app: track', 'http: GET', 'undici: GET'] },
    // They belong to the called service, and the session is not propagated to other services.
    none: twice(['http: GET']),
    env: { OTEL_METRICS_EXPORTER: 'none' },
  },
  'express.ts': {
    gets: 'the spans of the handler, the error handler, a listener, the HTTP client and the server carry session and user',
    sessions: {
      [A]: ['app: finish', 'app: save answer', 'http: POST', 'undici: POST'],
      [B]: ['app: finish', 'app: report error', 'http: POST'],
    },
    users: { [A]: 'user_123', [B]: 'user_124' },
    // The request for another user's conversation.
    none: ['http: POST'],
    env: json,
  },
  'fastify.ts': {
    gets: "the spans of Fastify's hooks and handlers, of a streamed body and of the server carry session and user",
    sessions: sameFor(
      [A, B],
      [
        '@fastify/otel: handler - fastify -> @fastify/otel -> otel-sessions',
        '@fastify/otel: onRequest - fastify -> @fastify/otel -> otel-sessions',
        '@fastify/otel: preHandler - enterSession',
        '@fastify/otel: request',
        ...answerSpans,
        'http: POST /conversations/:id',
      ],
    ),
    users: { [A]: 'user_123', [B]: 'user_124' },
    none: [
      '@fastify/otel: onRequest - fastify -> @fastify/otel -> otel-sessions',
      '@fastify/otel: request',
      'http: POST /conversations/:id',
    ],
    isForDocs: true,
  },
  'koa.ts': {
    gets: 'spans that start while Koa sends the body carry the session of the user, and so does the server’s',
    sessions: sameFor([A, B], [...answerSpans, 'http: GET']),
    users: { [A]: 'user_123', [B]: 'user_124' },
    none: ['http: GET'],
    isForDocs: true,
  },
  'nest.ts': {
    gets: 'the spans of an Observable and of the server carry session and user',
    sessions: sameFor([A, B], ['app: say on its way', 'http: POST']),
    users: { [A]: 'user_123', [B]: 'user_124' },
    none: ['http: POST'],
    isForDocs: true,
  },
  'worker.ts': {
    gets: 'the spans of the worker and the consumer’s span carry session and user of the request that queued the job',
    sessions: sameFor(
      [A, B],
      ['app: answer', 'bullmq: add chat.answer', 'bullmq: complete chat', 'bullmq: process chat'],
    ),
    users: { [A]: 'user_123', [B]: 'user_124' },
    // What the worker does for all jobs.
    none: [
      ...twice(['bullmq: close chat']),
      'bullmq: moveStalledJobsToWait chat',
      'bullmq: startStalledCheckTimer chat',
    ],
    isForMessages: true,
  },
  'socket-io.ts': {
    gets: 'the spans of the listeners and the consumer’s spans carry session and user of the connection',
    sessions: sameFor([A, B], ['app: answer', ...twice(['socket.io: receive /'])]),
    users: { [A]: 'user_123', [B]: 'user_124' },
    isForMessages: true,
  },
  'mcp.ts': {
    gets: 'the spans of a tool carry session and user of the token, and those of the client its own',
    sessions: {
      ...sameFor([A, B], ['app: look up']),
      ...sameFor(['chat_a', 'chat_b'], ['app: show progress']),
    },
    users: { [A]: 'user_123', [B]: 'user_124', chat_a: 'user_123', chat_b: 'user_124' },
    isForMessages: true,
  },
  'hono.ts': {
    gets: 'spans that start while Hono sends the body carry the session of the user, and so does the server’s',
    sessions: sameFor([A, B], [...answerSpans, 'http: GET']),
    users: { [A]: 'user_123', [B]: 'user_124' },
    none: ['http: GET'],
    env: json,
  },
  'fetch.ts': {
    gets: 'spans that start while the body is sent carry the session of the user',
    sessions: sameFor([A, B], answerSpans),
    users: { [A]: 'user_123', [B]: 'user_124' },
    env: json,
  },
  'lambda.ts': {
    gets: 'the spans of an invocation carry the session of the user, and so does the span of the invocation',
    sessions: sameFor([A, B], ['app: answer', 'app: look up', 'lambda: invocation']),
    users: { [A]: 'user_123', [B]: 'user_124' },
    none: ['lambda: invocation'],
    env: json,
  },
  'ai-sdk.ts': {
    gets: 'the AI SDK’s, the tool’s and the HTTP client’s spans carry the session',
    sessions: sameFor([A, B], aiSdk),
  },
  'langchain-alias.ts': {
    gets: 'LangChain’s spans and the application’s root span carry the thread, without a helper',
    sessions: {
      user_123_thread_7: [
        'app: handle request',
        'langchain: ChatOpenAI',
        'langchain: ChatPromptTemplate',
        'langchain: RunnableSequence',
      ],
    },
  },
  'langchain-late.ts': {
    gets: 'the HTTP client’s span beside LangChain’s carries the thread, too, without a helper',
    sessions: {
      user_123_thread_7: [
        'app: handle request',
        'langchain: ChatOpenAI',
        'langchain: ChatPromptTemplate',
        'langchain: RunnableSequence',
        'undici: POST',
      ],
    },
  },
  'backends.ts': {
    gets: 'every span carries the session under the key of each backend',
    sessions: { [A]: ['app: answer', 'app: look up'] },
    users: { [A]: 'user_123' },
    attributes: {
      'langsmith.metadata.session_id': A,
      'langsmith.metadata.plan': 'pro',
      'langsmith.metadata.user_id': 'user_123',
      '_dd.ml_obs.metadata': '{"plan":"pro"}',
      'gen_ai.conversation.id': A,
      'app.session': A,
      'app.user': 'user_123',
    },
  },
  'chat.ts': {
    gets: 'every span of every turn carries its user’s session, including the one after the stream',
    sessions: sameFor([A, B], twice(['chat: save answer', 'chat: turn', 'undici: POST'])),
    users: { [A]: 'user_123', [B]: 'user_124' },
  },
  'stream-generator.ts': {
    gets: 'a generator that the response pulls from runs in the session',
    sessions: sameFor([A, B], ['app: save answer', ...answerSpans]),
  },
  'stream-response.ts': {
    gets: 'the body of a Response is produced in the session',
    sessions: sameFor([A, B], ['app: look up', ...answerSpans]),
  },
  'stream-openai.ts': {
    gets: 'all requests of a loop with tools carry the session, although each has its own trace',
    traces: 6,
    sessions: sameFor(
      [A, B],
      ['app: look up', ...twice(['openai: OpenAI Chat Completions', 'undici: POST'])],
    ),
  },
  'support-ticket/ticket.ts': {
    gets: 'the totals of a support case are those computed by hand from the spans in its backend',
    sessions: {
      'ticket-2611': [
        ...['attachment', 'end', 'feedback', 'start'].map((kind) => `${LIFECYCLE}: session.${kind}`),
        ...['followup', 'inquiry', 'thanks'].map((turn) => `${LIFECYCLE}: support-${turn}`),
        ...langGraph({ turns: 3, tools: 2 }),
        ...times(5, 'undici: POST'),
      ].sort(),
    },
    users: { 'ticket-2611': 'user-a' },
    traces: 7,
    printed: ticketByHand,
  },
  'queue.ts': {
    gets: 'jobs and listeners run in the session to which they are bound',
    sessions: {
      [A]: ['app: save', 'app: summarise A'],
      [B]: ['app: save', 'app: summarise B'],
      user_125_conv_012: ['app: save', 'app: summarise C'],
    },
  },
}
