export type { ModelPrice, PriceTable } from './price.ts'
export { readSpanUsage } from './read-usage.ts'
export type { SpanCost, SpanUsage, UsageSpan, WorkKind } from './usage.ts'
