// Sentry shares the provider: its context manager wraps every context, and its processor sees every span.
// Right: the spans have the session and the user, as without Sentry.

import { usingSession } from '@otel-sessions/processor'
import * as Sentry from '@sentry/node'
import { SentrySpanProcessor } from '@sentry/opentelemetry'
import type { Case } from '../program.ts'

export const cases: readonly Case[] = [
  {
    name: 'SentryContextManager and SentrySpanProcessor',
    library: '@sentry/node',
    contextManager: Sentry.SentryContextManager,
    spanProcessors(ours) {
      Sentry.init({
        dsn: 'https://public@localhost/1',
        tracesSampleRate: 1,
        skipOpenTelemetrySetup: true,
        transport: () => ({ send: async () => ({}), flush: async () => true }),
      })
      return [...ours, new SentrySpanProcessor()]
    },
    expected: { right: 12 },
    async run({ users, session, request, work }) {
      const handle = (user: string) =>
        Sentry.withIsolationScope(() =>
          usingSession(session(user), async () => {
            await work(user)
            await Sentry.startSpan({ name: 'a span of Sentry' }, () => work(user))
          }),
        )
      await Promise.all(users.map((user) => request(user, () => handle(user))))
    },
  },
]
