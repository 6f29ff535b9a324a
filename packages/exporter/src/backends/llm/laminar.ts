import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Laminar. */
export const laminar: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'laminar',
  session: ['lmnr.association.properties.session_id'],
  alsoReads: ['ai.telemetry.metadata.session_id', 'ai.telemetry.metadata.sessionId'],
  user: 'lmnr.association.properties.user_id',
  tags: { key: 'lmnr.association.properties.tags', form: 'array' },
  metadata: { prefix: 'lmnr.association.properties.metadata.', form: 'attributes' },
})

export const laminarFacts: BackendFacts = {
  backend: 'Laminar',
  evidence: 'code',
  source: "the server's span ingestion",
  reads: [],
  endpoint: 'https://api.lmnr.ai/v1/traces',
  headers: ['Authorization'],
}
