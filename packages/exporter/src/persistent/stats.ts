import type { SessionExporterStats } from '../stats.ts'
import type { DeliveryCounts } from './counters.ts'
import type { Queued } from './public-types.ts'

/**
 * What became of the spans of a `PersistentBatchSpanProcessor`. At every moment
 * `ended + adopted + redelivered` is `delivered + rejected + queued.spans + buffered` and all of `dropped`.
 */
export interface DeliveryStats extends DeliveryCounts {
  /** What waits to be acknowledged by the receiver, what is being sent included. */
  readonly queued: Queued
  /** Spans that have ended and are not queued yet: at most 64, but for what waits for its trace, or for its resource. */
  readonly buffered: number
  /** Of the queued spans, those that are in memory alone: being written, without a directory, or while the disk is full. */
  readonly unwritten: number
  /** Whether what ends now reaches the journal: false without a directory, and while the disk cannot be written to. */
  readonly isOnDisk: boolean
  /** What the gate counted; undefined without one. */
  readonly gate: SessionExporterStats | undefined
}
