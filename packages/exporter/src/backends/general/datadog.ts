import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_TAG_TAGS, ATTR_USER_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Datadog LLM Observability, which groups by conversations. */
export const datadog: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'datadog',
  session: [],
  conversation: ATTR_GEN_AI_CONVERSATION_ID,
  conversationFromSession: true,
  user: ATTR_USER_ID,
  tags: { key: ATTR_TAG_TAGS, form: 'array' },
  metadata: { key: '_dd.ml_obs.metadata', form: 'json' },
})

export const datadogFacts: BackendFacts = {
  backend: 'Datadog',
  evidence: 'documented',
  source: 'its documentation; `session.id`, user and tags are read on OpenInference spans only',
  reads: [],
  endpoint: 'https://otlp.datadoghq.com/v1/traces',
  headers: ['dd-api-key', 'dd-otlp-source'],
  contentType: 'protobuf',
}
