import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_USER_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Sentry, which groups by conversations. */
export const sentry: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'sentry',
  session: [],
  conversation: ATTR_GEN_AI_CONVERSATION_ID,
  conversationFromSession: true,
  user: ATTR_USER_ID,
})

export const sentryFacts: BackendFacts = {
  backend: 'Sentry',
  evidence: 'documented',
  source: 'its documentation of conversations; `session.id` is not used for them',
  reads: ['user'],
  endpoint: 'https://<host>/api/<project>/integration/otlp/v1/traces',
  headers: ['x-sentry-auth'],
}
