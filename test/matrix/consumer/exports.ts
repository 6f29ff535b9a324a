// An application that uses every export of the packages. It is only type-checked.
import { context, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import * as totals from '@otel-sessions/analytics'
import * as prices from '@otel-sessions/analytics/prices'
import * as exporters from '@otel-sessions/exporter'
import * as backends from '@otel-sessions/exporter/backends'
import * as backfills from '@otel-sessions/exporter/backfill'
import * as hashes from '@otel-sessions/exporter/hash'
import * as deliveries from '@otel-sessions/exporter/persistent'
import * as processors from '@otel-sessions/processor'
import * as langchains from '@otel-sessions/processor/langchain'
import * as lifecycles from '@otel-sessions/processor/lifecycle'
import * as semconv from '@otel-sessions/semconv'
import * as front from 'otel-sessions'
import * as express from 'otel-sessions/express'
import { makeProvider, type ReadableSpan, type SpanExporter, type SpanProcessor } from '../support/sdk.ts'

const { SessionSpanExporter } = exporters
const {
  bindSession,
  contextWithoutSession,
  getSession,
  SessionSpanProcessor,
  contextWithSession,
  setSpanSession,
} = processors
const { processStats, usingSession } = processors

// The interfaces of this line's SDK.
const processor = new SessionSpanProcessor({ onOverwrite: 'restore', aliases: semconv.SESSION_ALIASES })
export const asProcessor: SpanProcessor = processor
const exporter = new SessionSpanExporter(new OTLPTraceExporter(), {
  maxLength: 64,
  onInvalid: hashes.hashSessionId,
  backends: [backends.langfuse, backends.defineBackend({ name: 'own', session: ['app.session'] })],
  backfill: backfills.backfill({ maxWaitMillis: 5_000, maxSpans: 100 }),
  exportTimeoutMillis: 1_000,
})
export const asExporter: SpanExporter = exporter
export const around: exporters.SpanExporterLike<ReadableSpan> = new OTLPTraceExporter()
const delivery = new deliveries.PersistentBatchSpanProcessor({
  url: 'http://localhost:4318/v1/traces',
  session: { maxLength: 64 },
  durability: 'batch',
})
export const deliveryAsProcessor: SpanProcessor = delivery
export const lost: number | undefined = delivery.stats().dropped.overflow
export const provider = makeProvider('shop', [processor])
const analytics = new totals.SessionAnalytics({ prices: prices.PRICES, onEvict: ({ id }) => id })
export const totalsAsProcessor: SpanProcessor = analytics
export const totalsAsExporter: SpanExporter = new SessionSpanExporter(
  analytics.exporter(new OTLPTraceExporter()),
)
export const dollars: number | undefined = analytics.stats('conv_1')?.cost?.total

// An existing set-up, and one from nothing.
const [stamping, ...validated] = front.sessionProcessors([processor, delivery], {
  backends: [front.langfuse],
  backfill: front.backfill({ maxSpans: 100 }),
})
export const frontProvider = makeProvider('shop', [stamping, ...validated])
export const waiting: number | undefined = validated[0]?.stats().session?.waiting
export const telemetry: front.RegisteredSessions = front.registerSessions({
  url: 'http://localhost:4318/v1/traces',
})
export const middleware = express.sessions({
  session: async (request: { user?: { id: string } }) =>
    request.user && { sessionId: 'conv_1', userId: request.user.id },
})

// The type of fn's result is preserved.
export const sync: number = usingSession('conv_1', () => 1)
export const later: Promise<string> = usingSession({ userId: 'user_1' }, async () => 'answer')
export const nothing: undefined = usingSession(null, () => undefined)
async function* answer(topic: string): AsyncGenerator<string, void, number> {
  yield topic
}
export const tokens: AsyncGenerator<string, void, number> = usingSession('conv_1', () => answer('a'))
export const bound: typeof answer = bindSession(answer, { sessionId: 'conv_1', tags: ['beta'] })
export const boundStream: ReadableStream<string> = bindSession(new ReadableStream<string>(), null)
export const inForce: () => void = bindSession(() => {})

const init: processors.SessionInit = {
  sessionId: undefined,
  metadata: { plan: 'pro', seats: 3, trial: false },
}
setSpanSession(trace.getActiveSpan(), init)
context.with(contextWithSession(contextWithoutSession(context.active()), 'conv_1'), () => {})
const session: processors.SessionInfo | undefined = getSession()
export const source: 'scope' | 'span' | 'inferred' | undefined = session?.source
const code: processors.ProblemCode = 'context:no-manager'
export const counted: number | undefined = processStats().problems[code]
export const started: number = processor.stats().started.explicit
export const dropped: number | undefined = exporter.stats().dropped['cleared']

export const { queues, handlers }: langchains.LangChainReach = langchains.keepSessionInLangChain()

const one: lifecycles.Session = lifecycles.startSession({ tags: ['beta'] }, { tracerProvider: provider })
export const turn: Promise<string> = one.trace('turn', async (span) => span.spanContext().traceId)
export const state: 'success' | 'failure' | 'indeterminate' | undefined = one.ended?.state
export const disposed: Promise<void> = one[Symbol.asyncDispose]()

const checked = semconv.checkSessionId('conv_1', { maxLength: 64 })
export const verdict: string = checked.ok ? checked.id : checked.reason
export const key: string | undefined = semconv.readSessionAlias({ thread_id: 'conv_1' })?.key
export const attributes: Record<string, string> = { [semconv.ATTR_SESSION_ID]: semconv.createSessionId() }

// Every exported value is listed: a new one causes a type error here.
export const values: [
  Record<keyof typeof totals, 'class' | 'function'>,
  Record<keyof typeof prices, 'value'>,
  Record<keyof typeof exporters, 'class'>,
  Record<keyof typeof backends, 'function' | 'value'>,
  Record<keyof typeof backfills, 'function'>,
  Record<keyof typeof hashes, 'function'>,
  Record<keyof typeof deliveries, 'class'>,
  Record<keyof typeof processors, 'function' | 'class'>,
  Record<keyof typeof langchains, 'function'>,
  Record<keyof typeof lifecycles, 'function' | 'class'>,
  Record<keyof typeof semconv, 'function' | 'value'>,
] = [
  { readSpanUsage: 'function', SessionAnalytics: 'class' },
  { PRICES: 'value', PRICES_DATE: 'value', PRICES_SOURCE: 'value' },
  { SessionSpanExporter: 'class' },
  {
    agentcore: 'value',
    agentops: 'value',
    azure: 'value',
    BACKEND_FACTS: 'value',
    BACKENDS: 'value',
    braintrust: 'value',
    confident: 'value',
    datadog: 'value',
    defineBackend: 'function',
    galileo: 'value',
    honeyhive: 'value',
    interactiveai: 'value',
    laminar: 'value',
    langfuse: 'value',
    langsmith: 'value',
    langwatch: 'value',
    maxim: 'value',
    mlflow: 'value',
    openinference: 'value',
    opik: 'value',
    otel: 'value',
    posthog: 'value',
    respan: 'value',
    sentry: 'value',
    traceloop: 'value',
    weave: 'value',
  },
  { backfill: 'function' },
  { hashSessionId: 'function' },
  { PersistentBatchSpanProcessor: 'class' },
  {
    bindSession: 'function',
    contextWithoutSession: 'function',
    getSession: 'function',
    processStats: 'function',
    SessionSpanProcessor: 'class',
    contextWithSession: 'function',
    setSpanSession: 'function',
    usingSession: 'function',
  },
  { keepSessionInLangChain: 'function' },
  {
    endSessionsOnSignals: 'function',
    resumeSession: 'function',
    SessionIdle: 'class',
    startSession: 'function',
  },
  {
    adviseSessionId: 'function',
    ATTR_GEN_AI_CONVERSATION_ID: 'value',
    ATTR_METADATA: 'value',
    ATTR_OVERWRITTEN_ID: 'value',
    ATTR_SESSION_ANNOTATION: 'value',
    ATTR_SESSION_ATTACHMENT_CONTENT: 'value',
    ATTR_SESSION_ATTACHMENT_ENCODING: 'value',
    ATTR_SESSION_ATTACHMENT_NAME: 'value',
    ATTR_SESSION_ATTACHMENT_SHA256: 'value',
    ATTR_SESSION_ATTACHMENT_SIZE: 'value',
    ATTR_SESSION_ATTACHMENT_TYPE: 'value',
    ATTR_SESSION_ATTACHMENT_URL: 'value',
    ATTR_SESSION_END_REASON: 'value',
    ATTR_SESSION_END_STATE: 'value',
    ATTR_SESSION_EVENT_DATA: 'value',
    ATTR_SESSION_EVENT_NAME: 'value',
    ATTR_SESSION_FEEDBACK_COMMENT: 'value',
    ATTR_SESSION_FEEDBACK_LABEL: 'value',
    ATTR_SESSION_FEEDBACK_NAME: 'value',
    ATTR_SESSION_FEEDBACK_SCORE: 'value',
    ATTR_SESSION_FEEDBACK_SOURCE: 'value',
    ATTR_SESSION_ID: 'value',
    ATTR_SESSION_LATE: 'value',
    ATTR_SESSION_METRIC_NAME: 'value',
    ATTR_SESSION_METRIC_VALUE: 'value',
    ATTR_SESSION_NAME: 'value',
    ATTR_SESSION_PREVIOUS_ID: 'value',
    ATTR_TAG_TAGS: 'value',
    ATTR_USER_ID: 'value',
    checkSessionId: 'function',
    createSessionId: 'function',
    explainSession: 'function',
    METADATA_MAX_LENGTH: 'value',
    METADATA_READ_MAX_LENGTH: 'value',
    NEVER_ALIASES: 'value',
    readSessionAlias: 'function',
    SESSION_ALIASES: 'value',
    SESSION_END_STATES: 'value',
    SESSION_ID_MAX_LENGTH: 'value',
    SESSION_SPAN_NAMES: 'value',
    SESSION_SPAN_SCOPE: 'value',
    TAGS_MAX_COUNT: 'value',
    TAG_MAX_LENGTH: 'value',
  },
]

// And no type is `any`.
// @ts-expect-error an exporter is not a processor
front.sessionProcessors([new OTLPTraceExporter()])
// @ts-expect-error no such option
front.registerSessions({ backend: [] })
// @ts-expect-error a number is not a session
express.sessions({ session: () => 42 })
// @ts-expect-error a session is a string, an object or null
usingSession(42, () => {})
// @ts-expect-error a misspelt field
usingSession({ sessionID: 'conv_1' }, () => {})
// @ts-expect-error metadata contains no objects
setSpanSession(undefined, { metadata: { nested: {} } })
// @ts-expect-error no such option
new SessionSpanProcessor({ overwrite: 'restore' })
// @ts-expect-error a backend is imported, not named
new SessionSpanExporter(new OTLPTraceExporter(), { backends: ['langfuse'] })
// @ts-expect-error a plain object is not a backend
new SessionSpanExporter(new OTLPTraceExporter(), { backends: [{ name: 'own', session: [] }] })
// @ts-expect-error backfill is made by backfill()
new SessionSpanExporter(new OTLPTraceExporter(), { backfill: {} })
// @ts-expect-error a number is not an exporter
new SessionSpanExporter(42)
// @ts-expect-error a number cannot be bound
bindSession(42)
