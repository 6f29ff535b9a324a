import { diag } from '@opentelemetry/api'
import { problemLog } from '@otel-sessions/semconv/internal'

const NAMESPACE = '@otel-sessions/exporter'

/** The problem log of this package: each problem is logged once in a process. */
export const problems = /* @__PURE__ */ problemLog<string>(
  NAMESPACE,
  /* @__PURE__ */ diag.createComponentLogger({ namespace: NAMESPACE }),
)
