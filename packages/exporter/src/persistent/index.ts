/**
 * Delivery that survives outages and crashes, in place of `BatchSpanProcessor` and an OTLP exporter. Node only.
 *
 * @module
 */

export type { DetectedResource, EndedSpan } from './ended-span.ts'
export type { MeterProviderLike } from './meter-types.ts'
export type {
  Compression,
  Durability,
  Fsync,
  GateOptions,
  HeaderEntries,
  HeadersOption,
  HttpAgentOption,
  Overflow,
  PersistentBatchSpanProcessorOptions,
} from './options.ts'
export { PersistentBatchSpanProcessor } from './processor.ts'
export type { DeliveryCounts, DeliveryStats, DroppedReason, Queued } from './stats.ts'
