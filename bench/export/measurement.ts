import type { Row } from './rows.ts'

/** What the application of one run is to do. */
export interface Task {
  readonly row: Row
  /** Of the collector: scheme, host and port. */
  readonly origin: string
  readonly directory: string
  readonly spans: number
}

/** What the application measured, from its first span until `shutdown()` had settled. */
export interface AppMeasurement {
  /** What became of `shutdown()`. */
  readonly said: string
  readonly millis: number
  /** Of the whole process, all its threads. */
  readonly cpuSeconds: number
  /** Of the life of the process. */
  readonly peakRssMegabytes: number
  /** How late the event loop was. */
  readonly loopDelayP99Millis: number
  readonly loopDelayMaxMillis: number
  /** Where `onEnd` writes to the disk. */
  readonly onEndP99Micros?: number
}

/** One run of a row. */
export interface Run extends AppMeasurement {
  readonly spans: number
  /** Distinct spans that the collector has. */
  readonly delivered: number
  readonly duplicates: number
  readonly requests: number
  readonly wireBytes: number
}

/** What was measured of a row with one collector. */
export interface Result {
  readonly name: string
  readonly row: Row
  /** How long the collector takes for an answer. */
  readonly delayMillis: number
  readonly runs: readonly Run[]
}
