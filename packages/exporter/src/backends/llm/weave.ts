import { ATTR_GEN_AI_CONVERSATION_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Weave, by Weights & Biases, which groups by threads and conversations. */
export const weave: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'weave',
  session: ['wandb.thread_id'],
  alsoReads: ['gcp.vertex.agent.session_id', 'weave.conversation.id'],
  conversation: ATTR_GEN_AI_CONVERSATION_ID,
  conversationFromSession: true,
})

export const weaveFacts: BackendFacts = {
  backend: 'W&B Weave',
  evidence: 'code',
  source:
    "the server's OTLP mapping; the project is a resource attribute there; `gcp.vertex.agent.session_id`, which Google's ADK writes, takes precedence",
  reads: [],
  endpoint: 'https://trace.wandb.ai/otel/v1/traces',
  headers: ['wandb-api-key'],
  contentType: 'protobuf',
}
