import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Galileo. */
export const galileo: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'galileo',
  session: ['galileo.session.id'],
})

export const galileoFacts: BackendFacts = {
  backend: 'Galileo',
  evidence: 'code',
  source: "the vendor's SDK; its own IDs are UUIDs, so give it UUIDs",
  reads: [],
}
