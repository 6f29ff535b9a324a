import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Respan, formerly Keywords AI. */
export const respan: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'respan',
  session: ['respan.threads.thread_identifier', 'respan.sessions.session_identifier'],
  user: 'respan.customer_params.customer_identifier',
  metadata: { prefix: 'respan.metadata.', form: 'attributes' },
})

export const respanFacts: BackendFacts = {
  backend: 'Respan',
  evidence: 'code',
  source: "the constants of the vendor's SDK",
  reads: [],
}
