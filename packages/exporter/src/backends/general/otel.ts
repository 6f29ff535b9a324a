import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_SESSION_ID, ATTR_USER_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attributes of OpenTelemetry itself, for a collector and for backends that read them. */
export const otel: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'otel',
  session: [ATTR_SESSION_ID],
  conversation: ATTR_GEN_AI_CONVERSATION_ID,
  user: ATTR_USER_ID,
})

export const otelFacts: BackendFacts = {
  backend: 'a collector',
  evidence: 'verified',
  source: 'OpenTelemetry semantic conventions; a Collector keeps the attributes as they are sent',
  reads: ['session', 'user', 'tags', 'metadata'],
  endpoint: 'http://localhost:4318/v1/traces',
  contentType: 'both',
}
