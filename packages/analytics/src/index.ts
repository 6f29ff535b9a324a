/**
 * What each session did and cost, from the spans that pass by.
 *
 * - `usage/`: reads what one span reports, in the attributes of any family of conventions
 * - `cost/`: prices what a span does not report a cost for; `prices.ts` is an entry point of its own
 * - `deduplication/`: recognizes repeated spans, and calls and usage that several spans of a trace report
 * - `totals/`: one object for each session, and how it is read; `snapshots/`: totals between processes
 * - `session-spans.ts`: applies `session.start`, `session.end` and other session spans; `callbacks.ts`: listeners
 *
 * `SessionAnalytics` passes each span to `span-counter.ts`, which calls `usage/`, `deduplication/`, `cost/` and `totals/`
 * in this order. Imports go one way: from `snapshots/` and `deduplication/` to `totals/`, then to `cost/`, then to `usage/`.
 *
 * @module
 */
export type { SessionEndListener } from './callbacks.ts'
export type {
  CacheLifetime,
  LongPromptPrices,
  ModelPrice,
  PriceTable,
  TokenPrices,
} from './cost/span-cost.ts'
export type { AnalyticsCounters } from './counters.ts'
export type { EndedSpan, ParentIdentity, SpanIdentity } from './ended-span.ts'
export type { ExportResult, SpanExporterLike } from './exporter.ts'
export type { SessionAnalyticsOptions } from './options.ts'
export { SessionAnalytics } from './session-analytics.ts'
export type { AnalyticsSnapshot } from './snapshots/snapshot.ts'
export type { SessionQuery, SessionSort } from './totals/select.ts'
export type {
  LatencyPercentiles,
  ModelTotals,
  NamedFeedbackTotals,
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
  SpanScope,
  SpanUsage,
  UsageResource,
  UsageSpan,
  UsageStatus,
  WorkKind,
} from './usage/span-usage.ts'
