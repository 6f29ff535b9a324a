import { median } from '../support/figures.ts'
import type { Result, Run } from './measurement.ts'
import { isCompressed, nameBefore } from './rows.ts'

/** The median and the minimum of the runs. */
export interface Figure {
  readonly median: number
  readonly min: number
}

export function figureOf({ runs }: Result, of: (run: Run) => number): Figure {
  const values = runs.map(of)
  return { median: median(values), min: Math.min(...values) }
}

/** The share of the spans that arrived, 1 for all. */
export const deliveredShare = ({ delivered, spans }: Run) => delivered / spans

/** CPU seconds per 100,000 spans. */
export const cpuPerCreated = ({ cpuSeconds, spans }: Run) => (cpuSeconds / spans) * 100_000
export const cpuPerDelivered = ({ cpuSeconds, delivered }: Run) => (cpuSeconds / delivered) * 100_000

/** The CPU figure of one of our rows compared with a stock row, and the target. */
export interface Ratio {
  readonly delayMillis: number
  readonly isCompressed: boolean
  readonly best: string
  readonly ours: string
  readonly ratio: number
  readonly target: number
}

const TARGET = { plain: 0.6, compressed: 0.45 }

/** A row of this checkout beside that of another one. */
export interface Change {
  readonly delayMillis: number
  readonly name: string
  /** CPU seconds per 100,000 delivered spans. */
  readonly before: number
  readonly after: number
}

/** Compares the rows of this checkout with those of another one. */
export function changesOf(results: readonly Result[]): Change[] {
  return results.flatMap((result) => {
    const { name, delayMillis } = result
    const other = results.find((one) => one.name === nameBefore(name) && one.delayMillis === delayMillis)
    if (other === undefined) return []
    const cpu = (one: Result) => figureOf(one, cpuPerDelivered).median
    return [{ delayMillis, name, before: cpu(other), after: cpu(result) }]
  })
}

/** Compares each of our rows with the best stock row of the same kind that delivered every span in every run. */
export function ratiosOf(results: readonly Result[]): Ratio[] {
  const cpu = (result: Result) => figureOf(result, cpuPerDelivered).median
  return results
    .filter(({ row }) => row.kind === 'ours')
    .flatMap((result) => {
      const { delayMillis, row } = result
      const [best] = results
        .filter((one) => one.row.kind === 'stock' && one.delayMillis === delayMillis)
        .filter((one) => isCompressed(one.row) === isCompressed(row) && isWhole(one))
        .sort((one, other) => cpu(one) - cpu(other))
      if (best === undefined) return []
      const target = isCompressed(row) ? TARGET.compressed : TARGET.plain
      const ratio = cpu(result) / cpu(best)
      return [
        { delayMillis, isCompressed: isCompressed(row), best: best.name, ours: result.name, ratio, target },
      ]
    })
}

/** Whether every span arrived in every run. */
export const isWhole = ({ runs }: Result) => runs.every(({ delivered, spans }) => delivered === spans)
