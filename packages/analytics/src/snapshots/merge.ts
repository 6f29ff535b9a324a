import { holdingEnd } from '../ends.ts'
import { bookOf } from '../model-column.ts'
import { labelsOf, usersOf } from '../people.ts'
import { addMetric, isBefore } from '../session-spans.ts'
import type { SessionSnapshot, SketchSnapshot, TallySnapshot } from '../snapshot-types.ts'
import { Tally } from '../tally.ts'
import { addLatency, type Latency } from '../totals/columns.ts'
import { INPUT_COST, OTHER_COST, OUTPUT_COST, type Sum } from '../totals/fields.ts'
import type { Rows } from '../totals/rows.ts'
import { type SharedLabels, united } from '../totals/value-sets.ts'

/** Adds a session's totals from elsewhere to those in a row. */
export function mergeInto(rows: Rows, row: number, other: SessionSnapshot, shared: SharedLabels): void {
  mergeModels(rows, row, other)
  for (const [sum, by] of other.sums.entries()) if (by !== 0) rows.add(row, sum as Sum, by)
  for (const [index, field] of [INPUT_COST, OUTPUT_COST, OTHER_COST].entries()) {
    rows.addWide(row, field, other.costs[index] as number)
  }
  if (other.times !== undefined) {
    rows.widen(row, other.times[0], other.times[1])
  }
  mergePeople(rows, row, other, shared)
  mergeLatency(rows, row, 'traces', other.traceLatency)
  mergeLatency(rows, row, 'llmCalls', other.llmCallLatency)
  mergeRare(rows, row, other)
}

// Before the sums: a session with one model has that model's numbers in its own.
function mergeModels(rows: Rows, row: number, { models, otherModels }: SessionSnapshot): void {
  const [only] = models
  const page = rows.page(row)
  const at = rows.at(row)
  if (only === undefined && otherModels === undefined) return
  if (only !== undefined && models.length === 1 && otherModels === undefined) {
    page.models[at] ??= only[0]
    if (page.models[at] === only[0]) return
  }
  const book = bookOf(rows, row)
  for (const [model, numbers] of models) book.add(model, numbers, 1)
  if (otherModels !== undefined) book.addOthers(otherModels, 1)
}

function mergePeople(rows: Rows, row: number, other: SessionSnapshot, shared: SharedLabels): void {
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

function mergeRare(rows: Rows, row: number, other: SessionSnapshot): void {
  const { name, end, feedback, metrics, moreMetrics, late, events, attachments } = other
  if (name !== undefined) {
    const known = rows.rareOf(row).name
    if (known === undefined || isBefore(name, known)) rows.rareOf(row).name = { ...name }
  }
  if (end !== undefined) {
    const rare = rows.rareOf(row)
    rare.end = holdingEnd(rare.end, { ...end, reason: end.reason })
    // The process that saw the end has told of it.
    rare.isTold = true
  }
  if (feedback !== undefined) {
    const rare = rows.rareOf(row)
    rare.feedback ??= new Tally()
    rare.feedback.merge(tallyOf(feedback))
  }
  for (const [metric, tally] of metrics) addMetric(rows.rareOf(row), metric, tallyOf(tally))
  if (moreMetrics) rows.rareOf(row).moreMetrics = true
  if (late + events + attachments === 0) return
  const rare = rows.rareOf(row)
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
