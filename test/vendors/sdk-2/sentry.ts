import '../quiet.ts'
import * as api from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import * as Sentry from '@sentry/node'
import { SentrySampler, SentrySpanProcessor } from '@sentry/opentelemetry'
import { serve, USER, USERS } from '../application.ts'
import type { Row, Sent, SentSpan } from '../row.ts'
import { batching } from './provider.ts'

interface SpanJson {
  readonly span_id: string
  readonly parent_span_id?: string
  readonly description?: string
  readonly op?: string
  readonly origin?: string
  readonly status?: string
  readonly data: Record<string, unknown>
}

interface Transaction {
  readonly type?: string
  readonly transaction: string
  readonly user?: object
  readonly tags?: object
  readonly contexts: { readonly trace: SpanJson }
  readonly spans: readonly SpanJson[]
}

type Envelope = [
  header: { readonly trace?: Record<string, unknown> },
  items: [header: object, item: Transaction][],
]

/** Starts Sentry with a transport that keeps what it would send. */
function start(options: Partial<Sentry.NodeOptions>): Envelope[] {
  const envelopes: Envelope[] = []
  Sentry.init({
    dsn: 'https://public@localhost/1',
    tracesSampleRate: 1,
    defaultIntegrations: false,
    registerEsmLoaderHooks: false,
    transport: () => ({
      send: async (envelope: unknown) => {
        envelopes.push(structuredClone(envelope) as Envelope)
        return {}
      },
      flush: async () => true,
    }),
    ...options,
  } as Sentry.NodeOptions)
  return envelopes
}

const around = <T>(user: string, fn: () => Promise<T>): Promise<T> =>
  Sentry.withIsolationScope((scope) => {
    scope.setUser({ id: user })
    scope.setTag('plan', `plan of ${user}`)
    return fn()
  })

const transactionsIn = (envelopes: readonly Envelope[]) =>
  envelopes.flatMap(([header, items]) =>
    items
      .filter(([, { type }]) => type === 'transaction')
      .map(([, item]) => ({ ...item, trace: header.trace })),
  )

const spanOf = ({ span_id, parent_span_id, description, op, origin, status, data }: SpanJson): SentSpan => ({
  name: description ?? '',
  kind: 0,
  status: [status, op, origin],
  attributes: data,
  events: [],
  links: 0,
  spanId: span_id,
  parentSpanId: parent_span_id,
  scope: undefined,
})

const spansOf = (envelopes: readonly Envelope[]): SentSpan[] =>
  transactionsIn(envelopes).flatMap(({ transaction, contexts, spans }) => [
    spanOf({ ...contexts.trace, description: transaction }),
    ...spans.map(spanOf),
  ])

/** The transactions without what differs between two runs. */
function summaryOf(envelopes: readonly Envelope[]): unknown[] {
  return transactionsIn(envelopes)
    .map(({ transaction, user, tags, spans, trace = {} }) => {
      const { trace_id: _, sample_rand: __, ...others } = trace
      return {
        transaction,
        user,
        tags,
        trace: others,
        spans: spans.map(({ description }) => description).sort(),
      }
    })
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}

/** Every request is one transaction with its user, its tags and its spans. */
function check({ others }: Sent): string[] {
  const transactions = others as {
    transaction: string
    user?: { id: string }
    tags?: object
    spans: string[]
  }[]
  const wrong: string[] = []
  for (const user of USERS) {
    const own = transactions.filter((each) => each.user?.id === user)
    if (own.length !== 1 || own[0]?.spans.length !== 3) wrong.push(`${user}: ${JSON.stringify(own)}`)
    if (!JSON.stringify(own[0]?.tags ?? {}).includes(`plan of ${user}`)) wrong.push(`${user} has no tags`)
  }
  return wrong
}

export const rows: readonly Row[] = [
  {
    name: 'Sentry 10: SentrySpanProcessor, and a batch processor behind it',
    library: '@sentry/opentelemetry',
    backends: ['sentry'],
    async run(wrap) {
      const envelopes = start({ skipOpenTelemetrySetup: true })
      const behind = batching()
      const provider = new NodeTracerProvider({
        sampler: new SentrySampler(Sentry.getClient() as never),
        spanProcessors: wrap<SpanProcessor>([new SentrySpanProcessor(), behind.processor]),
      })
      api.context.setGlobalContextManager(new Sentry.SentryContextManager().enable())
      api.trace.setGlobalTracerProvider(provider)
      await serve(api as never, api.trace.getTracer('app'), { around })
      await provider.forceFlush()
      await Sentry.flush()
      await provider.shutdown()
      return { spans: { Sentry: spansOf(envelopes), Batch: behind.sent }, others: summaryOf(envelopes) }
    },
    check,
  },
  {
    name: 'Sentry 10: openTelemetrySpanProcessors; its own processor comes first',
    library: '@sentry/node',
    async run(wrap) {
      const behind = batching()
      const envelopes = start({
        openTelemetrySpanProcessors: wrap<SpanProcessor>([behind.processor]) as never,
      })
      await serve(api as never, api.trace.getTracer('app'), { around })
      const provider = api.trace.getTracerProvider() as api.ProxyTracerProvider
      await (provider.getDelegate() as NodeTracerProvider).forceFlush()
      await Sentry.flush()
      return {
        spans: { Batch: behind.sent },
        others: { transactions: summaryOf(envelopes), sessions: sessionsOf(envelopes) },
      }
    },
    check: ({ others, ...sent }) =>
      check({ ...sent, others: (others as { transactions: unknown }).transactions }),
  },
]

/** Which spans of Sentry have a wrong session: another user's. */
function sessionsOf(envelopes: readonly Envelope[]): unknown[] {
  return spansOf(envelopes)
    .map(({ attributes }) => [attributes['session.id'], attributes[USER]])
    .filter(([session, user]) => session !== undefined && session !== `${user}_conv`)
}
