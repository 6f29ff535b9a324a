import '../quiet.ts'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import * as Sentry from '@sentry/node'
import { getSession } from 'otel-sessions'
import { serve, type TracerLike } from '../application.ts'
import type { Row, SentSpan } from '../row.ts'

interface StreamedSpan {
  readonly name: string
  readonly span_id: string
  readonly parent_span_id?: string
  readonly status: string
  readonly attributes: Readonly<Record<string, { readonly value: unknown }>>
}

const spanOf = ({ name, span_id, parent_span_id, status, attributes }: StreamedSpan): SentSpan => ({
  name,
  kind: 0,
  status,
  attributes: Object.fromEntries(
    Object.entries(attributes)
      // The ID of the trace's first span.
      .filter(([key]) => key !== 'sentry.segment.id')
      .map(([key, { value }]) => [key, value]),
  ),
  events: [],
  links: 0,
  spanId: span_id,
  parentSpanId: parent_span_id,
  scope: undefined,
})

export const rows: readonly Row[] = [
  {
    name: 'Sentry 11 without processors: its spanStart hook, as the guide shows',
    library: '@sentry/node',
    // Spans that started before the session was known get none.
    backfill: false,
    async run(wrap) {
      const sent: SentSpan[] = []
      api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
      const client = Sentry.init({
        dsn: 'https://public@localhost/1',
        tracesSampleRate: 1,
        defaultIntegrations: false,
        transport: () => ({
          send: async ([, items]) => {
            for (const [, item] of items) {
              const { items: spans = [] } = item as { items?: readonly StreamedSpan[] }
              sent.push(...spans.map(spanOf))
            }
            return {}
          },
          flush: async () => true,
        }),
      })
      // The processors have no place here; they only tell whether this run is the one with sessions.
      if (wrap([]).length > 0) {
        client?.on('spanStart', (span) => {
          const { sessionId, userId } = getSession() ?? {}
          if (sessionId !== undefined) span.setAttribute('session.id', sessionId)
          if (userId !== undefined) span.setAttribute('user.id', userId)
        })
      }
      const tracer: TracerLike = {
        startSpan: (name, { attributes = {} }: { attributes?: object } = {}) =>
          Sentry.startInactiveSpan({
            name,
            attributes: attributes as never,
            parentSpan: (api.trace.getSpan(api.context.active()) as never) ?? null,
          }),
      }
      await serve(api as never, tracer)
      await Sentry.flush()
      return { spans: { Sentry: sent } }
    },
    check({ spans }) {
      const named = (spans['Sentry'] ?? []).filter(({ attributes }) => 'session.id' in attributes)
      const names = [...new Set(named.map(({ name }) => name))].sort()
      return names.length === 0 || names.join() === 'agent,chat' ? [] : [`in the session: ${names.join()}`]
    },
  },
]
