import type { Row } from './rows.ts'

/** The task of the application in one run. */
export interface Task {
  readonly row: Row
  /** The collector's scheme, host and port. */
  readonly origin: string
  readonly directory: string
  readonly spans: number
}

/** The application's measurement, from its first span until `shutdown()` has settled. */
export interface AppMeasurement {
  /** The outcome of `shutdown()`. */
  readonly shutdown: string
  readonly millis: number
  /** Of the whole process, with all threads. */
  readonly cpuSeconds: number
  /** Over the life of the process. */
  readonly peakRssMegabytes: number
  /** Event loop delay. */
  readonly loopDelayP99Millis: number
  readonly loopDelayMaxMillis: number
  /** Only if `onEnd` writes to the disk. */
  readonly onEndP99Micros?: number
}

/** One run of a row. */
export interface Run extends AppMeasurement {
  readonly spans: number
  /** Distinct spans that the collector received. */
  readonly delivered: number
  readonly duplicates: number
  readonly requests: number
  readonly wireBytes: number
}

/** The runs of a row with one collector. */
export interface Result {
  readonly name: string
  readonly row: Row
  /** The collector's response time. */
  readonly delayMillis: number
  readonly runs: readonly Run[]
}
