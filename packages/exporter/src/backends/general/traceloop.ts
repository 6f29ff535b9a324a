import { ATTR_GEN_AI_CONVERSATION_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Traceloop, as its SDK (OpenLLMetry) writes them. */
export const traceloop: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'traceloop',
  session: ['traceloop.association.properties.session_id'],
  alsoReads: [
    'traceloop.association.properties.conversation_id',
    'traceloop.association.properties.thread_id',
    'traceloop.association.properties.chat_id',
  ],
  conversation: ATTR_GEN_AI_CONVERSATION_ID,
  user: 'traceloop.association.properties.user_id',
  metadata: { prefix: 'traceloop.association.properties.', form: 'attributes' },
})

export const traceloopFacts: BackendFacts = {
  backend: 'Traceloop',
  evidence: 'code',
  source: "what Traceloop's own JavaScript SDK writes",
  reads: [],
  endpoint: 'https://api.traceloop.com/v1/traces',
  headers: ['Authorization'],
}
