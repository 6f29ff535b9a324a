import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Confident AI (DeepEval), which groups by threads. */
export const confident: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'confident',
  session: ['confident.trace.thread_id'],
  user: 'confident.trace.user_id',
  tags: { key: 'confident.trace.tags', form: 'array' },
  metadata: { key: 'confident.trace.metadata', form: 'json' },
})

export const confidentFacts: BackendFacts = {
  backend: 'Confident AI',
  evidence: 'code',
  source: "DeepEval's own OpenTelemetry exporter",
  reads: [],
}
