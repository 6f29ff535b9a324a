import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of LangWatch, which groups by threads. */
export const langwatch: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'langwatch',
  session: ['langwatch.thread.id'],
  alsoReads: ['langwatch.thread_id', 'thread_id', 'langwatch.langgraph.thread_id'],
  user: 'langwatch.user.id',
  tags: { key: 'langwatch.labels', form: 'array' },
})

export const langwatchFacts: BackendFacts = {
  backend: 'LangWatch',
  evidence: 'code',
  source: "the server's attribute mapping",
  reads: ['session', 'user', 'tags'],
  endpoint: 'https://app.langwatch.ai/api/otel/v1/traces',
  headers: ['Authorization'],
}
