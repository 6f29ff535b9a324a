import { ATTR_METADATA, ATTR_SESSION_ID, ATTR_TAG_TAGS, ATTR_USER_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of OpenInference, which Phoenix and Arize AX read. */
export const openinference: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'openinference',
  session: [ATTR_SESSION_ID],
  user: ATTR_USER_ID,
  tags: { key: ATTR_TAG_TAGS, form: 'array' },
  metadata: { key: ATTR_METADATA, form: 'json' },
})

export const openinferenceFacts: BackendFacts = {
  backend: 'Phoenix, Arize AX',
  evidence: 'verified',
  source: 'a running Phoenix lists every session; for Arize AX, its documentation',
  reads: ['session', 'user', 'tags', 'metadata'],
  endpoint: 'http://localhost:6006/v1/traces',
  contentType: 'protobuf',
}
