/**
 * Delivery that survives outages and crashes, in place of `BatchSpanProcessor` and an OTLP exporter. For Node only.
 *
 * The states of a span, each a counter of `stats()`, and the code that owns it:
 *
 *     onEnd -> buffered -----------> queued ----> in flight -> delivered      2xx
 *              span-buffer.ts,       queue/       sending/ \-> queued         429, 502 to 504, no answer: retried
 *              validation/,          ^                     \-> rejected       any other status: a dead letter in queue/
 *              encoder/              +---------------- redeliver() --+
 *
 * In each state a span can become dropped, with a reason. `persistent-batch-span-processor.ts` is what applications use,
 * `pipeline.ts` connects the parts. With a directory, queued spans are in the segments of `journal/`; `ownership/` decides which process may
 * send and delete them. Calls run from left to right; the queue alone calls back, when a dead process has left spans.
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
export { PersistentBatchSpanProcessor } from './persistent-batch-span-processor.ts'
export type { DetectedResource, EndedSpan } from './resource-wait.ts'
export type { DeliveryCounts, DeliveryStats, DroppedReason, Queued } from './stats.ts'
