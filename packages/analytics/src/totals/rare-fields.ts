import type { SessionEndState } from '@otel-sessions/semconv'
import type { Sum } from './fields.ts'
import type { Sketch } from './sketch.ts'
import { VALUES_MAX } from './value-sets.ts'

/** The fields that few sessions have, in an object of their own. */
export class RareFields {
  /** The part of a sum that does not fit into 32 bits, in multiples of 2^32. */
  readonly carries = new Map<Sum, number>()
  name: TimedName | undefined = undefined
  end: SessionEnd | undefined = undefined
  /** Whether listeners were called for an end. */
  isEndReported = false
  late = 0
  events = 0
  attachments = 0
  feedback: Tally | undefined = undefined
  metrics: Map<string, Tally> | undefined = undefined
  moreMetrics = false
  /** Latencies, if there are more than the row has room for. */
  traces: Sketch | undefined = undefined
  llmCalls: Sketch | undefined = undefined
}

/** A session's name and the time of the `session.start` that has it. */
export interface TimedName {
  readonly name: string
  readonly time: number
}

/** How a session ended. */
export interface SessionEnd {
  /** The state on the span, or else `indeterminate`. */
  readonly state: SessionEndState
  /** The reason on the span. */
  readonly reason: string | undefined
  /** In milliseconds since the epoch. */
  readonly time: number
  /** Whether no `session.end` exists, but another session's start names this one as the previous. */
  readonly implied: boolean
}

/** Sets the session's name. The earliest one wins; of two at the same time the smaller one, whatever their order. */
export function addName(fields: RareFields, name: TimedName): void {
  const known = fields.name
  if (
    known !== undefined &&
    (known.time < name.time || (known.time === name.time && known.name <= name.name))
  )
    return
  fields.name = name
}

/**
 * Sets the session's end. An explicit end takes precedence over an implied one, then the earlier one wins, then the
 * smaller state and reason, whatever their order.
 */
export function addEnd(fields: RareFields, end: SessionEnd): void {
  if (fields.end === undefined || compareEnds(end, fields.end) < 0) fields.end = end
}

function compareEnds(one: SessionEnd, other: SessionEnd): number {
  if (one.implied !== other.implied) return one.implied ? 1 : -1
  if (one.time !== other.time) return one.time - other.time
  if (one.state !== other.state) return one.state < other.state ? -1 : 1
  const [mine = '', theirs = ''] = [one.reason, other.reason]
  return mine < theirs ? -1 : mine > theirs ? 1 : 0
}

/** Adds to a metric of a session. If there are too many names, the smallest are kept, whatever their order. */
export function addMetric(fields: RareFields, name: string, tally: Tally): void {
  fields.metrics ??= new Map()
  const known = fields.metrics.get(name)
  if (known === undefined) fields.metrics.set(name, tally)
  else known.merge(tally)
  if (fields.metrics.size <= VALUES_MAX) return
  fields.metrics.delete([...fields.metrics.keys()].sort().at(-1) as string)
  fields.moreMetrics = true
}

const SCALE = 1e6
/** The largest absolute value of a score: a double cannot represent larger counts exactly. */
const SCORE_MAX = Number.MAX_SAFE_INTEGER

/** Whether a value is a number that can be tallied. */
export const isScore = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= SCORE_MAX

/** The count and the sum of numbers. The sum is exact, in millionths, so that it does not depend on the order. */
export class Tally {
  count = 0
  /** Feedback without a score: a label or a comment only. */
  unscored = 0
  millionths = 0n
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY

  add(value: number): void {
    this.count++
    this.millionths += BigInt(Math.round(value * SCALE))
    this.min = Math.min(this.min, value)
    this.max = Math.max(this.max, value)
  }

  merge(other: Readonly<Pick<Tally, 'count' | 'unscored' | 'millionths' | 'min' | 'max'>>): void {
    this.count += other.count
    this.unscored += other.unscored
    this.millionths += other.millionths
    this.min = Math.min(this.min, other.min)
    this.max = Math.max(this.max, other.max)
  }

  get mean(): number | undefined {
    if (this.count === 0) return undefined
    // Digits below a millionth are lost and division rounds: the mean must still be between the two.
    return Math.min(this.max, Math.max(this.min, Number(this.millionths) / SCALE / this.count))
  }
}
