/**
 * Delivery that survives outages and crashes, in place of `BatchSpanProcessor` and an OTLP exporter. For Node only.
 *
 * The states of a span, and the counter of `stats()` for each:
 *
 *     onEnd --> buffered --> validated --> encoded --> queued --> in flight --> delivered
 *               span-buffer  validation/   encoder/    queue/     sending/         2xx
 *                                                        ^           |
 *                                                        +-----------+--> 429, 5xx, no answer: retried
 *                                                        |           |
 *                                             redeliver() +--- rejected <-- other statuses: kept as dead letters
 *
 * From each state a span can be dropped, with a reason. `processor.ts` is what applications get, `pipeline.ts` connects
 * the parts. With a directory, queued spans are in segments of `journal/`; `ownership/` decides who may send and delete
 * them. Calls run from left to right; only the queue tells the sender that there is something to send.
 *
 * @module
 */

export type {
  Compression,
  Durability,
  Fsync,
  HeaderEntries,
  HeadersOption,
  HttpAgentOption,
  MeterProviderLike,
  Overflow,
  PersistentBatchSpanProcessorOptions,
} from './options.ts'
export { PersistentBatchSpanProcessor } from './processor.ts'
export type { DetectedResource, EndedSpan } from './span-buffer.ts'
export type { DeliveryCounts, DeliveryStats, DroppedReason, Queued } from './stats.ts'
