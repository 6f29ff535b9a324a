import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_SESSION_ID, ATTR_USER_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Maxim. */
export const maxim: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'maxim',
  session: [ATTR_SESSION_ID],
  conversation: ATTR_GEN_AI_CONVERSATION_ID,
  user: ATTR_USER_ID,
  idRule: { pattern: /^[A-Za-z0-9_-]+$/ },
})

export const maximFacts: BackendFacts = {
  backend: 'Maxim',
  evidence: 'assumed',
  source: "only the endpoint is documented; the keys are OpenTelemetry's, the ID rule is its SDK's",
  reads: [],
  endpoint: 'https://api.getmaxim.ai/v1/otel',
  headers: ['x-maxim-api-key', 'x-maxim-repo-id'],
  contentType: 'both',
}
