/** What applications use of the packages, on every platform. */

export {
  readSpanUsage,
  SessionAnalytics,
  type SessionAnalyticsOptions,
  type SessionTotals,
} from '@otel-sessions/analytics'
export type { Backfill, ExportableSpan, OnInvalid, ValidationStats } from '@otel-sessions/exporter'
export * from '@otel-sessions/exporter/backends'
export { type BackfillOptions, backfill } from '@otel-sessions/exporter/backfill'
export {
  bindSession,
  contextWithoutSession,
  contextWithSession,
  getSession,
  type SessionInfo,
  type SessionInit,
  SessionSpanProcessor,
  type SessionSpanProcessorOptions,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
export {
  endSessionsOnSignals,
  resumeSession,
  type Session,
  SessionIdle,
  startSession,
} from '@otel-sessions/processor/lifecycle'
export { checkSessionId, createSessionId } from '@otel-sessions/semconv'
export { type ProcessStats, processStats } from './process-stats.ts'
export type { SessionProcessorsOptions } from './session-processors/options.ts'
export { type SessionProcessors, sessionProcessors } from './session-processors/session-processors.ts'
export type {
  SpanProcessorLike,
  ValidatingSpanProcessor,
  ValidatingSpanProcessorStats,
} from './session-processors/types.ts'
