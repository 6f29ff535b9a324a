import { type ProblemLog, problemLog, reportCopies } from '@otel-sessions/semconv/internal'

/** Problems of this package, by code. Each is logged once, and has an entry on the troubleshooting page. */
export type FrontDoorProblem =
  | 'packages:two-copies'
  | 'processors:exit'
  | 'processors:none'
  | 'processors:options-ignored'
  | 'processors:threw'
  | 'processors:twice'
  | 'environment:ignored'
  | 'instrumentation:failed'
  | 'instrumentation:none'
  | 'instrumentation:too-late'
  | 'instrumentation:unreachable'
  | 'instrumentation:unregistered'
  | 'join:api-frozen'
  | 'join:failed'
  | 'join:unreachable'
  | 'register:again'
  | 'register:api-rejected'
  | 'register:api-versions'
  | 'register:failed'
  | 'register:not-loaded'
  | 'register:provider-exists'
  | 'register:twice'
  | 'request:threw'
  | 'request:rejected'
  | 'request:timed-out'
  | 'request:invalid'
  | 'request:no-opentelemetry'
  | 'request:no-session'
  | 'mcp:several-sessions'

const NAMESPACE = 'otel-sessions'

/** The problem log of this package: each problem is logged once in a process, for each thing that it is about. */
export const problems: ProblemLog<FrontDoorProblem> = problemLog<FrontDoorProblem>(NAMESPACE)
reportCopies(NAMESPACE, problems)
