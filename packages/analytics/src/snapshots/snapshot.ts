// Snapshots: all totals as plain data, to be kept or sent to another process. This file makes one,
// `check-snapshot.ts` checks one that was given, `merge.ts` adds it to the totals.
// `SessionAnalytics` calls this folder; it calls `../totals/` and `../usage/`.

import type { SessionEndState } from '@otel-sessions/semconv'
import { sketchOf } from '../totals/latencies.ts'
import type { Feedback } from '../totals/lifecycle.ts'
import { modelsOf } from '../totals/models.ts'
import type { Session } from '../totals/session.ts'
import type { Tallies, Tally } from '../totals/tally.ts'
import type { Values } from '../totals/value-sets.ts'
import { WORK_FIELDS, type WorkNumbers } from '../totals/work.ts'

/** The counts of a session that are not kept by model. */
export const COUNTS = [
  'spans',
  'traces',
  'tool',
  'agent',
  'retrieval',
  'embedding',
  'errors',
] as const satisfies readonly (keyof Session)[]

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

/** Tallies, sorted by name. */
type TalliesSnapshot = readonly (readonly [name: string, tally: TallySnapshot])[]

/** The totals of one session, for another process. */
export interface SessionSnapshot {
  readonly id: string
  /** The first and the last time, in milliseconds since the epoch; missing if there is none. */
  readonly times?: readonly [first: number, last: number] | undefined
  /** In the order of `COUNTS`. */
  readonly counts: readonly number[]
  /** By model, in the order of `WORK_FIELDS`. */
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
  readonly feedback?:
    | {
        readonly count: number
        readonly scored: number
        readonly names: TalliesSnapshot
        readonly more: boolean
      }
    | undefined
  readonly metrics: TalliesSnapshot
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
  readonly version: 2
  /** The sessions. */
  readonly sessions: readonly object[]
}

/** Returns the totals of a session as plain data that `merge` accepts, whatever was merged into them before. */
export function snapshotOf(session: Session): SessionSnapshot {
  const { hasTime, lifecycle, otherModels } = session
  return {
    id: session.id,
    times: hasTime ? [session.firstTime, session.lastTime] : undefined,
    counts: COUNTS.map((field) => bounded(session[field])),
    models: modelsOf(session).map((work) => [work.model, numbersOf(work)]),
    otherModels: otherModels && numbersOf(otherModels),
    users: session.usersOf(),
    ...session.labels,
    name: lifecycle?.name,
    end: lifecycle?.end,
    late: bounded(lifecycle?.late ?? 0),
    events: bounded(lifecycle?.events ?? 0),
    attachments: bounded(lifecycle?.attachments ?? 0),
    feedback: lifecycle?.feedback && feedbackSnapshot(lifecycle.feedback),
    metrics: talliesSnapshot(lifecycle?.metrics),
    moreMetrics: lifecycle?.metrics?.more ?? false,
    traceLatency: sketchSnapshot(session.traceLatencies),
    llmCallLatency: sketchSnapshot(session.llmCallLatencies),
  }
}

/** The nearest number that `merge` accepts: sums of merged numbers may be larger. */
const bounded = (number: number): number =>
  Math.min(Number.MAX_SAFE_INTEGER, Math.max(-Number.MAX_SAFE_INTEGER, number))

const numbersOf = (work: WorkNumbers): number[] => WORK_FIELDS.map((field) => bounded(work[field]))

const sketchSnapshot = (latencies: Session['traceLatencies']): SketchSnapshot =>
  sketchOf(latencies)
    .entries()
    .map(([bucket, count]) => [bucket, bounded(count)])

const feedbackSnapshot = ({ count, scored, names }: Feedback): SessionSnapshot['feedback'] => ({
  count: bounded(count),
  scored: bounded(scored),
  names: talliesSnapshot(names),
  more: names.more,
})

const talliesSnapshot = (tallies: Tallies | undefined): TalliesSnapshot =>
  tallies?.entries().map(([name, tally]) => [name, tallySnapshot(tally)]) ?? []

/** The digits of the largest sum of a tally in a snapshot. */
export const TALLY_DIGITS = 40
const TALLY_MAX = 10n ** BigInt(TALLY_DIGITS) - 1n

function tallySnapshot({ count, unscored, millionths, min, max }: Tally): TallySnapshot {
  const bounds = count === 0 ? {} : { min, max }
  const sum = millionths > TALLY_MAX ? TALLY_MAX : millionths < -TALLY_MAX ? -TALLY_MAX : millionths
  return { count: bounded(count), unscored: bounded(unscored), millionths: String(sum), ...bounds }
}
