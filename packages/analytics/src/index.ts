export type { ModelPrice, PriceTable } from './cost/span-cost.ts'
export type { AnalyticsCounters } from './counters.ts'
export type { SessionEndListener } from './end-watch.ts'
export type {
  EndedSpan,
  ExportResult,
  ParentIdentity,
  SpanExporterLike,
  SpanIdentity,
  SpanScope,
} from './ended-span.ts'
export type { SessionAnalyticsOptions } from './options.ts'
export type { SessionQuery, SessionSort } from './order.ts'
export { SessionAnalytics } from './session-analytics.ts'
export type { AnalyticsSnapshot } from './snapshot-types.ts'
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
} from './totals/session-totals.ts'
export { readSpanUsage } from './usage/read-usage.ts'
export type {
  SpanCost,
  SpanUsage,
  UsageResource,
  UsageSpan,
  UsageStatus,
  WorkKind,
} from './usage/span-usage.ts'
