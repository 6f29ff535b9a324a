import type { DeliveryStats } from '../support/persistent.ts'
import type { Ending } from './scenarios.ts'

/** The pipeline that delivers the spans. */
export type Pipeline = 'stock' | 'memory' | 'journal'

/** The job of one process. */
export interface Job {
  readonly pipeline: Pipeline
  readonly url: string
  /** The journal's directory; only for `journal`. */
  readonly directory: string
  readonly stockQueue: number | undefined
  readonly timeoutMillis: number | undefined
  /** The number of spans, spread over this many milliseconds; 0 for a single burst. */
  readonly spans: number
  readonly overMillis: number
  /** Call `redeliver()` before the end. */
  readonly redelivers: boolean
  /** `drain` is for a process that delivers the spans of another one: flush, then shut down. */
  readonly ending: Ending | 'drain'
}

/** The report that it writes when it exits. */
export interface JobReport {
  readonly made: number
  /** When the last span had ended, in milliseconds since the epoch. */
  readonly endedAt: number
  /** The outcomes of flush and shutdown, as text. */
  readonly calls: string
  /** How long `shutdown()` took, if it was called. */
  readonly shutdownMillis: number
  /** The `rejected` count before `redeliver()`. */
  readonly rejectedBefore: number
  /** For our pipelines only. */
  readonly stats?: DeliveryStats
}
