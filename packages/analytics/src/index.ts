export { SessionAnalytics } from './analytics.ts'
export type { AnalyticsCounters } from './counters.ts'
export type { SessionEndListener } from './end-watch.ts'
export type { SessionAnalyticsOptions } from './options.ts'
export type { SessionQuery, SessionSort } from './order.ts'
export type { ModelPrice, PriceTable } from './price.ts'
export { readSpanUsage } from './read-usage.ts'
export type { AnalyticsSnapshot } from './snapshot-types.ts'
export type {
  EndedSpan,
  ExportResult,
  ParentIdentity,
  SpanExporterLike,
  SpanIdentity,
  SpanScope,
} from './span-types.ts'
export type {
  LatencyPercentiles,
  ModelTotals,
  SessionCost,
  SessionEndTotals,
  SessionFeedbackTotals,
  SessionLatency,
  SessionMetricTotals,
  SessionTokens,
  SessionTotals,
} from './totals-types.ts'
export type { SpanCost, SpanUsage, UsageResource, UsageSpan, UsageStatus, WorkKind } from './usage.ts'
