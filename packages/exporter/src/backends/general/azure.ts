import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Azure Monitor (Application Insights). */
export const azure: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'azure',
  session: ['microsoft.session.id'],
  user: 'enduser.id',
  idRule: { maxLength: 64 },
})

export const azureFacts: BackendFacts = {
  backend: 'Azure Monitor',
  evidence: 'code',
  source:
    "Azure's exporters: the user in JavaScript, the session in Java; JavaScript keeps it as a dimension",
  reads: [],
}
