import { ATTR_SESSION_ID, ATTR_USER_ID } from '@otel-sessions/semconv'
import type { BackendFacts, SessionBackend } from '../backend.ts'
import { toBackend } from '../mapper.ts'

/** The attribute mapping of MLflow. */
export const mlflow: SessionBackend = /* @__PURE__ */ toBackend({
  name: 'mlflow',
  session: [ATTR_SESSION_ID],
  user: ATTR_USER_ID,
})

export const mlflowFacts: BackendFacts = {
  backend: 'MLflow',
  evidence: 'verified',
  source: 'a running MLflow 3.17.2 shows the session and the user of every trace',
  reads: ['session', 'user'],
  endpoint: 'http://localhost:5000/v1/traces',
  headers: ['x-mlflow-experiment-id'],
  contentType: 'both',
}
