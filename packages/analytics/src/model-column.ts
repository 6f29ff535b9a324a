import { MODEL_COSTS, MODEL_SUMS } from './model-fields.ts'
import { ModelBook } from './totals/models.ts'
import type { Rows } from './totals/rows.ts'

/** The name under which is kept what names no model. */
export const NO_MODEL = ''

/**
 * Notes what a model did for a session, before it is added to the row: while a session has one model, the row's own
 * sums are that model's.
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
  else bookOf(rows, row).add(model, numbers, 1)
}

/** Takes back what a model did. A row that has one model has it in its own sums. */
export function removeModel(rows: Rows, row: number, model: string, numbers: ArrayLike<number>): void {
  const known = rows.page(row).models[rows.at(row)]
  if (typeof known === 'object') known.add(model, numbers, -1)
}

/** The models of a session, each with its numbers. */
export function modelsOf(rows: Rows, row: number): ModelBook | undefined {
  const known = rows.page(row).models[rows.at(row)]
  if (typeof known === 'object') return known
  if (known === undefined) return undefined
  const book = new ModelBook()
  book.add(known, numbersOf(rows, row), 1)
  return book
}

/** The book of a session, which is made where there is none. */
export function bookOf(rows: Rows, row: number): ModelBook {
  const book = modelsOf(rows, row) ?? new ModelBook()
  rows.page(row).models[rows.at(row)] = book
  return book
}

const numbersOf = (rows: Rows, row: number): number[] => [
  ...MODEL_SUMS.map((sum) => rows.sum(row, sum)),
  ...MODEL_COSTS.map((field) => rows.wide(row, field)),
]
