import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Opik, by Comet, which groups by threads. */
export const opik: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'opik',
  session: ['thread_id'],
  tags: { key: 'opik.tags', form: 'array' },
  metadata: { prefix: 'opik.metadata.', form: 'attributes' },
})

export const opikFacts: BackendFacts = {
  backend: 'Opik',
  evidence: 'code',
  source: "the server's mapping rules; a span with another conversation ID may be filed under that",
  reads: ['session'],
  endpoint: 'https://www.comet.com/opik/api/v1/private/otel/v1/traces',
  headers: ['Authorization', 'Comet-Workspace', 'projectName'],
}
