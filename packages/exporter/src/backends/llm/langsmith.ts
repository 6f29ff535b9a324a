import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of LangSmith, which groups by threads. */
export const langsmith: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'langsmith',
  session: ['langsmith.metadata.session_id'],
  alsoReads: [
    'langsmith.metadata.conversation_id',
    'langsmith.metadata.thread_id',
    'traceloop.association.properties.session_id',
    'traceloop.association.properties.conversation_id',
    'traceloop.association.properties.thread_id',
  ],
  user: 'langsmith.metadata.user_id',
  tags: { key: 'langsmith.span.tags', form: 'comma-separated' },
  metadata: { prefix: 'langsmith.metadata.', form: 'attributes' },
})

export const langsmithFacts: BackendFacts = {
  backend: 'LangSmith',
  evidence: 'documented',
  source: 'its documentation of threads; `langsmith.trace.session_id` is the project and is not written',
  reads: ['metadata'],
  endpoint: 'https://api.smith.langchain.com/otel/v1/traces',
  headers: ['x-api-key', 'Langsmith-Project'],
}
