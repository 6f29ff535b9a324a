/**
 * Delivery that survives outages and crashes, in place of `BatchSpanProcessor` and an OTLP exporter. Node only.
 *
 * @module
 */

export type { DeliveryCounts, DroppedReason } from './counters.ts'
export type { DetectedResource, EndedSpan } from './ended-span.ts'
export type { MeterProviderLike } from './meter-types.ts'
export type { Durability, GateOptions, PersistentBatchSpanProcessorOptions } from './options.ts'
export { PersistentBatchSpanProcessor } from './processor.ts'
export type {
  Compression,
  Fsync,
  HeaderEntries,
  HeadersOption,
  HttpAgentOption,
  Overflow,
  Queued,
} from './public-types.ts'
export type { DeliveryStats } from './stats.ts'
