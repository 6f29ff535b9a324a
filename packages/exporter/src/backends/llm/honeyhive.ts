import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of HoneyHive. */
export const honeyhive: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'honeyhive',
  session: ['honeyhive.session_id'],
  alsoReads: ['traceloop.association.properties.session_id'],
  extras: { 'honeyhive.session_auto_create': true },
})

export const honeyhiveFacts: BackendFacts = {
  backend: 'HoneyHive',
  evidence: 'documented',
  source: 'its documentation; its own IDs are UUIDs, so give it UUIDs',
  reads: ['session'],
  endpoint: 'https://<host>/opentelemetry/v1/traces',
  headers: ['Authorization'],
}
