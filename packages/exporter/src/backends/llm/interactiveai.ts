import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'
import { langfuse } from './langfuse.ts'

/** The attribute mapping of InteractiveAI, assumed to read Langfuse's keys. */
export const interactiveai: SessionBackend = /* @__PURE__ */ toBackend({ ...langfuse, name: 'interactiveai' })

export const interactiveaiFacts: BackendFacts = {
  backend: 'InteractiveAI',
  evidence: 'assumed',
  source: "only the path is documented, and it is Langfuse's; its keys are assumed to be Langfuse's, too",
  reads: [],
  endpoint: 'https://<host>/api/public/otel/v1/traces',
  headers: ['Authorization'],
  contentType: 'protobuf',
}
