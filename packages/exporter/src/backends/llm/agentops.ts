import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of AgentOps, which has no sessions over several traces: tags only. */
export const agentops: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'agentops',
  session: [],
  tags: { key: 'agentops.tags', form: 'array' },
})

export const agentopsFacts: BackendFacts = {
  backend: 'AgentOps',
  evidence: 'code',
  source: 'its server; a session is a trace there, so send yours as a tag (`session:user_123`)',
  reads: [],
}
