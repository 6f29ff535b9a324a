import { ATTR_SESSION_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of AWS Bedrock AgentCore. */
export const agentcore: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'agentcore',
  session: [ATTR_SESSION_ID],
})

export const agentcoreFacts: BackendFacts = {
  backend: 'AWS AgentCore',
  evidence: 'documented',
  source: "AWS's tutorials",
  reads: ['session'],
}
