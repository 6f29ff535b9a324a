import { addLatency, type Latency, labelsOf, obtainModels, usersOf } from '../totals/columns.ts'
import { INPUT_COST, OTHER_COST, OUTPUT_COST, type Sum } from '../totals/fields.ts'
import { addEnd, addMetric, addName, Tally } from '../totals/rare-fields.ts'
import type { Rows } from '../totals/rows.ts'
import { type SharedLabels, united } from '../totals/value-sets.ts'
import type { SessionSnapshot, SketchSnapshot, TallySnapshot } from './snapshot.ts'

/** Adds the totals of a session in a snapshot to those in a row. */
export function mergeInto(rows: Rows, row: number, other: SessionSnapshot, shared: SharedLabels): void {
  mergeModels(rows, row, other)
  for (const [sum, by] of other.sums.entries()) if (by !== 0) rows.addTo(row, sum as Sum, by)
  for (const [index, field] of [INPUT_COST, OUTPUT_COST, OTHER_COST].entries()) {
    rows.addWide(row, field, other.costs[index] as number)
  }
  if (other.times !== undefined) {
    rows.widen(row, other.times[0], other.times[1])
  }
  mergeValues(rows, row, other, shared)
  mergeLatency(rows, row, 'traces', other.traceLatency)
  mergeLatency(rows, row, 'llmCalls', other.llmCallLatency)
  mergeRareFields(rows, row, other)
}

// Runs before the sums are added: a session with one model has that model's numbers in its own sums.
function mergeModels(rows: Rows, row: number, { models, otherModels }: SessionSnapshot): void {
  const [only] = models
  const page = rows.page(row)
  const at = rows.at(row)
  if (only === undefined && otherModels === undefined) return
  if (only !== undefined && models.length === 1 && otherModels === undefined) {
    page.models[at] ??= only[0]
    if (page.models[at] === only[0]) return
  }
  const merged = obtainModels(rows, row)
  for (const [model, numbers] of models) merged.add(model, numbers, 1)
  if (otherModels !== undefined) merged.addOthers(otherModels, 1)
}

function mergeValues(rows: Rows, row: number, other: SessionSnapshot, shared: SharedLabels): void {
  const page = rows.page(row)
  const at = rows.at(row)
  const users = united(usersOf(rows, row), other.users)
  const [only] = users.kept
  if (only !== undefined) page.users[at] = users.kept.length === 1 && !users.more ? only : users
  const { tags, environments } = labelsOf(rows, row)
  const labels = { tags: united(tags, other.tags), environments: united(environments, other.environments) }
  if (labels.tags !== tags || labels.environments !== environments) page.labels[at] = shared.share(labels)
}

function mergeLatency(rows: Rows, row: number, which: Latency, sketch: SketchSnapshot): void {
  for (const [bucket, count] of sketch) addLatency(rows, row, which, bucket, count)
}

function mergeRareFields(rows: Rows, row: number, other: SessionSnapshot): void {
  const { name, end, feedback, metrics, moreMetrics, late, events, attachments } = other
  if (name !== undefined) addName(rows.obtainRare(row), { ...name })
  if (end !== undefined) {
    const rare = rows.obtainRare(row)
    addEnd(rare, { ...end, reason: end.reason })
    // The process that counted the end has called its listeners.
    rare.isEndReported = true
  }
  if (feedback !== undefined) {
    const rare = rows.obtainRare(row)
    rare.feedback ??= new Tally()
    rare.feedback.merge(tallyOf(feedback))
  }
  for (const [metric, tally] of metrics) addMetric(rows.obtainRare(row), metric, tallyOf(tally))
  if (moreMetrics) rows.obtainRare(row).moreMetrics = true
  if (late + events + attachments === 0) return
  const rare = rows.obtainRare(row)
  rare.late += late
  rare.events += events
  rare.attachments += attachments
}

function tallyOf({ count, unscored, millionths, min, max }: TallySnapshot): Tally {
  const tally = new Tally()
  tally.merge({
    count,
    unscored,
    millionths: BigInt(millionths),
    min: min ?? Number.POSITIVE_INFINITY,
    max: max ?? Number.NEGATIVE_INFINITY,
  })
  return tally
}
