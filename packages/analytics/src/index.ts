export { SessionAnalytics } from './analytics.ts'
export { readSpanUsage } from './read-usage.ts'
export type { SessionTotals } from './totals-types.ts'
export type { SpanCost, SpanUsage, UsageSpan, WorkKind } from './usage.ts'
