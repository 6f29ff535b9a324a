// The columns of a row that hold a plain value in the usual case, and a collection only if there are several.

import { LATENCY_SLOTS, LATENCY_WIDTH, MODEL_COSTS, MODEL_SUMS } from './fields.ts'
import { Models } from './models.ts'
import type { Rows } from './rows.ts'
import { Sketch } from './sketch.ts'
import { NO_LABELS, NO_VALUES, type SharedLabels, type Values, withValue } from './value-sets.ts'

/** The name for spans without a model. */
export const NO_MODEL = ''

/**
 * Adds the numbers of a model, before they are added to the row: while a session has one model, the row's own sums are
 * that model's.
 *
 * @param numbers in the order of `MODEL_SUMS` and `MODEL_COSTS`
 */
export function addModel(rows: Rows, row: number, model: string, numbers: ArrayLike<number>): void {
  const { models } = rows.page(row)
  const at = rows.at(row)
  const known = models[at]
  if (known === model) return
  if (typeof known === 'object') known.add(model, numbers, 1)
  else if (known === undefined) models[at] = model
  else obtainModels(rows, row).add(model, numbers, 1)
}

/** Subtracts the numbers of a model, before they are subtracted from the row. */
export function removeModel(rows: Rows, row: number, model: string, numbers: ArrayLike<number>): void {
  const known = rows.page(row).models[rows.at(row)]
  if (typeof known === 'object') known.add(model, numbers, -1)
}

/** Returns the models of a session; undefined if it has none. */
export function modelsOf(rows: Rows, row: number): Models | undefined {
  const known = rows.page(row).models[rows.at(row)]
  if (typeof known === 'object') return known
  if (known === undefined) return undefined
  const models = new Models()
  models.add(known, modelNumbersOf(rows, row), 1)
  return models
}

/** Returns the models of a session, as a collection that its row keeps from now on. */
export function obtainModels(rows: Rows, row: number): Models {
  const models = modelsOf(rows, row) ?? new Models()
  rows.page(row).models[rows.at(row)] = models
  return models
}

const modelNumbersOf = (rows: Rows, row: number): number[] => [
  ...MODEL_SUMS.map((sum) => rows.sum(row, sum)),
  ...MODEL_COSTS.map((field) => rows.wide(row, field)),
]

/** Returns the users of a session. */
export function usersOf(rows: Rows, row: number): Values {
  const known = rows.page(row).users[rows.at(row)]
  if (typeof known === 'string') return { kept: [known], more: false }
  return known ?? NO_VALUES
}

/** Adds a user. */
export function addUser(rows: Rows, row: number, user: string): void {
  const { users } = rows.page(row)
  const at = rows.at(row)
  const known = users[at]
  if (known === user) return
  if (known === undefined) users[at] = user
  else users[at] = withValue(usersOf(rows, row), user)
}

/** Returns the tags and environments of a session. */
export const labelsOf = (rows: Rows, row: number) => rows.page(row).labels[rows.at(row)] ?? NO_LABELS

/** Adds tags and an environment. */
export function addLabels(
  rows: Rows,
  row: number,
  shared: SharedLabels,
  newTags: readonly string[] | undefined,
  environment: string | undefined,
): void {
  const labels = labelsOf(rows, row)
  // Most spans have the environment of the one before and no tags.
  if (newTags === undefined && environment === labels.environments.kept[0]) return
  if (newTags === undefined && environment !== undefined && labels === NO_LABELS) {
    rows.page(row).labels[rows.at(row)] = shared.ofEnvironment(environment)
    return
  }
  let { tags, environments } = labels
  if (newTags !== undefined) for (const tag of newTags) tags = withValue(tags, tag)
  if (environment !== undefined) environments = withValue(environments, environment)
  if (tags === labels.tags && environments === labels.environments) return
  rows.page(row).labels[rows.at(row)] = shared.share({ tags, environments })
}

/** The two kinds of latencies: of whole traces, and of LLM calls. */
export type Latency = 'traces' | 'llmCalls'

const firstSlot = (rows: Rows, row: number, which: Latency): number =>
  rows.at(row) * LATENCY_SLOTS + (which === 'traces' ? 0 : LATENCY_WIDTH)

// By name instead of by key, because it runs for each span with a latency.
function sketchOf(rows: Rows, row: number, which: Latency): Sketch | undefined {
  const rare = rows.rare(row)
  return which === 'traces' ? rare?.traces : rare?.llmCalls
}

/** Adds a latency, or several in the same bucket: to the row while it has room, else to a sketch. */
export function addLatency(rows: Rows, row: number, which: Latency, bucket: number, count = 1): void {
  const sketch = sketchOf(rows, row, which)
  if (sketch !== undefined) {
    sketch.add(bucket, count)
    return
  }
  const { slots } = rows.page(row)
  const start = firstSlot(rows, row, which)
  let left = count
  for (let at = start; at < start + LATENCY_WIDTH && left > 0; at++) {
    if (slots[at] !== 0) continue
    slots[at] = bucket + 1
    left--
  }
  if (left === 0) return
  const fresh = latencies(rows, row, which)
  fresh.add(bucket, left)
  slots.fill(0, start, start + LATENCY_WIDTH)
  rows.obtainRare(row)[which] = fresh
}

/** Removes a latency that was added. */
export function removeLatency(rows: Rows, row: number, which: Latency, bucket: number): void {
  const sketch = sketchOf(rows, row, which)
  if (sketch !== undefined) {
    sketch.add(bucket, -1)
    return
  }
  const { slots } = rows.page(row)
  const start = firstSlot(rows, row, which)
  const at = slots.subarray(start, start + LATENCY_WIDTH).indexOf(bucket + 1)
  if (at >= 0) slots[start + at] = 0
}

/** Returns all latencies of a session, in a new sketch. */
export function latencies(rows: Rows, row: number, which: Latency): Sketch {
  const sketch = new Sketch()
  const kept = sketchOf(rows, row, which)
  if (kept !== undefined) sketch.merge(kept)
  const { slots } = rows.page(row)
  const start = firstSlot(rows, row, which)
  for (const slot of slots.subarray(start, start + LATENCY_WIDTH)) if (slot !== 0) sketch.add(slot - 1, 1)
  return sketch
}
