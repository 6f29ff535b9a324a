import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of Langfuse. */
export const langfuse: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'langfuse',
  session: ['langfuse.session.id'],
  alsoReads: [
    'langfuse.observation.metadata.langfuse_session_id',
    'langfuse.trace.metadata.langfuse_session_id',
    'ai.telemetry.metadata.sessionId',
  ],
  user: 'langfuse.user.id',
  tags: { key: 'langfuse.trace.tags', form: 'array' },
  metadata: { prefix: 'langfuse.trace.metadata.', form: 'attributes' },
})

export const langfuseFacts: BackendFacts = {
  backend: 'Langfuse',
  evidence: 'code',
  source: "the server's OTLP ingestion",
  reads: ['session', 'user', 'tags'],
  endpoint: 'https://cloud.langfuse.com/api/public/otel/v1/traces',
  headers: ['Authorization', 'x-langfuse-ingestion-version'],
  contentType: 'both',
}
