import type { SessionEndState } from '@otel-sessions/semconv'
import type { Values } from './totals/value-sets.ts'

/** Numbers with their exact sum, in millionths: a string, because it may be larger than a double is exact. */
export interface TallySnapshot {
  readonly count: number
  readonly unscored: number
  readonly millionths: string
  /** Left out where `count` is 0. */
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** Latencies: buckets of the sketch, with how many are in each. */
export type SketchSnapshot = readonly (readonly [bucket: number, count: number])[]

/** One session, as it is carried to another process. */
export interface SessionSnapshot {
  readonly id: string
  /** The first and the last time, in milliseconds since the epoch; left out where there is none. */
  readonly times?: readonly [first: number, last: number] | undefined
  /** Whole numbers, in the order of this version. */
  readonly sums: readonly number[]
  /** Whole nano-dollars, in the order of this version. */
  readonly costs: readonly number[]
  /** By model, the sums and costs that are kept so, in the order of this version. */
  readonly models: readonly (readonly [model: string, numbers: readonly number[]])[]
  readonly otherModels?: readonly number[] | undefined
  readonly users: Values
  readonly tags: Values
  readonly environments: Values
  readonly name?: { readonly name: string; readonly time: number } | undefined
  readonly end?:
    | {
        readonly state: SessionEndState
        readonly reason?: string | undefined
        readonly time: number
        readonly implied: boolean
      }
    | undefined
  readonly late: number
  readonly events: number
  readonly attachments: number
  readonly feedback?: TallySnapshot | undefined
  readonly metrics: readonly (readonly [name: string, tally: TallySnapshot])[]
  readonly moreMetrics: boolean
  readonly traceLatency: SketchSnapshot
  readonly llmCallLatency: SketchSnapshot
}

/**
 * All totals, as plain data: what `JSON.stringify` makes of it another process can parse and merge. What is in it is
 * for `merge` alone; to look at totals there is `stats`.
 */
export interface AnalyticsSnapshot {
  /** Of the layout. */
  readonly version: 1
  /** One for each session. */
  readonly sessions: readonly object[]
}
