// Snapshots: all totals as plain data, to be kept or sent to another process. This file makes one,
// `check-snapshot.ts` checks one that was given, `merge.ts` adds it to the totals.
// `SessionAnalytics` calls this folder; it calls `../totals/` and `../usage/`.

import type { SessionEndState } from '@otel-sessions/semconv'
import { labelsOf, latencies, modelsOf, usersOf } from '../totals/columns.ts'
import { FIRST, INPUT_COST, LAST, OTHER_COST, OUTPUT_COST, SUM_COUNT, type Sum } from '../totals/fields.ts'
import type { Tally } from '../totals/rare-fields.ts'
import type { Rows } from '../totals/rows.ts'
import type { Values } from '../totals/value-sets.ts'

/** A tally. The sum is a string, because it may be too large for an exact double. */
export interface TallySnapshot {
  readonly count: number
  readonly unscored: number
  readonly millionths: string
  /** Missing if `count` is 0. */
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** The buckets of a sketch and their counts. */
export type SketchSnapshot = readonly (readonly [bucket: number, count: number])[]

/** The totals of one session, for another process. */
export interface SessionSnapshot {
  readonly id: string
  /** The first and the last time, in milliseconds since the epoch; missing if there is none. */
  readonly times?: readonly [first: number, last: number] | undefined
  /** In the order of `SUMS`. */
  readonly sums: readonly number[]
  /** In nano-dollars, in the order of `MODEL_COSTS`. */
  readonly costs: readonly number[]
  /** By model, in the order of `MODEL_SUMS` and `MODEL_COSTS`. */
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
 * All totals as plain data, which another process can merge after `JSON.stringify` and `JSON.parse`. The layout is
 * private to `merge`; read totals with `stats`.
 */
export interface AnalyticsSnapshot {
  /** The version of the layout. */
  readonly version: 1
  /** The sessions. */
  readonly sessions: readonly object[]
}

/** Returns the totals of a session as plain data. */
export function snapshotOf(rows: Rows, row: number): SessionSnapshot {
  const rare = rows.rare(row)
  const models = modelsOf(rows, row)
  const first = rows.wide(row, FIRST)
  const last = rows.wide(row, LAST)
  return {
    id: rows.id(row),
    times: first <= last ? [first, last] : undefined,
    sums: Array.from({ length: SUM_COUNT }, (_, sum) => rows.sum(row, sum as Sum)),
    costs: [INPUT_COST, OUTPUT_COST, OTHER_COST].map((field) => rows.wide(row, field)),
    models: models?.all().map(([model, numbers]) => [model, [...numbers]]) ?? [],
    otherModels: models?.others && [...models.others],
    users: usersOf(rows, row),
    ...labelsOf(rows, row),
    name: rare?.name,
    end: rare?.end,
    late: rare?.late ?? 0,
    events: rare?.events ?? 0,
    attachments: rare?.attachments ?? 0,
    feedback: rare?.feedback && tallySnapshot(rare.feedback),
    metrics: [...(rare?.metrics ?? [])]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, tally]) => [name, tallySnapshot(tally)]),
    moreMetrics: rare?.moreMetrics ?? false,
    traceLatency: latencies(rows, row, 'traces').entries(),
    llmCallLatency: latencies(rows, row, 'llmCalls').entries(),
  }
}

function tallySnapshot({ count, unscored, millionths, min, max }: Tally): TallySnapshot {
  const bounds = count === 0 ? {} : { min, max }
  return { count, unscored, millionths: String(millionths), ...bounds }
}
