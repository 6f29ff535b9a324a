import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of PostHog. */
export const posthog: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'posthog',
  session: ['$ai_session_id'],
  alsoReads: ['ai.telemetry.metadata.$ai_session_id', 'ai.settings.context.$ai_session_id', 'eve.session.id'],
})

export const posthogFacts: BackendFacts = {
  backend: 'PostHog',
  evidence: 'code',
  source: 'its server and documentation; the user is a resource attribute there, `posthog.distinct_id`',
  reads: [],
  endpoint: 'https://us.i.posthog.com/i/v0/ai/otel',
  headers: ['Authorization'],
}
