import type { DeliveryStats } from '../support/persistent.ts'
import type { Ending } from './scenarios.ts'

/** What delivers the spans. */
export type Pipeline = 'stock' | 'memory' | 'journal'

/** What one process is to do. */
export interface Job {
  readonly pipeline: Pipeline
  readonly url: string
  /** Where the journal is; used by `journal` alone. */
  readonly directory: string
  readonly stockQueue: number | undefined
  /** How many, and evenly over how many milliseconds, 0 for all in one go. */
  readonly spans: number
  readonly overMillis: number
  /** Call `redeliver()` before the end. */
  readonly redelivers: boolean
  /** `drain` is what a process does that is there to deliver what another one left: flush, then shut down. */
  readonly ending: Ending | 'drain'
}

/** What it says when it exits. */
export interface JobReport {
  readonly made: number
  /** When the last span had ended, in milliseconds since the epoch. */
  readonly endedAt: number
  /** What flush and shutdown said, in words. */
  readonly said: string
  /** Spans that stood in `rejected` before `redeliver()`. */
  readonly rejectedBefore: number
  /** Of our pipelines. */
  readonly stats?: DeliveryStats
}
