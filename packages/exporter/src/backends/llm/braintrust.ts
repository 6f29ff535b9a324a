import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Braintrust, which has no sessions: tags and metadata only. */
export const braintrust: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'braintrust',
  session: [],
  tags: { key: 'braintrust.tags', form: 'array' },
  metadata: { key: 'braintrust.metadata', form: 'json' },
})

export const braintrustFacts: BackendFacts = {
  backend: 'Braintrust',
  evidence: 'documented',
  source: 'its specification; it has no sessions, `session.id` becomes a key of the metadata',
  reads: [],
  endpoint: 'https://api.braintrust.dev/otel/v1/traces',
  headers: ['Authorization', 'x-bt-parent'],
}
