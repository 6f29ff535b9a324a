import type { Measurement, Row } from '../measure/measurement.ts'
import { type Figure, median } from '../support/figures.ts'

/** One row with the measurements of its processes. */
export interface Result {
  readonly row: Row
  readonly runs: readonly Measurement[]
}

/** A complete run; the format of `--json` and `--from`. */
export interface Report {
  readonly date: string
  readonly node: string
  readonly cpu: string
  readonly rounds: number
  readonly results: readonly Result[]
}

/** The median of the runs. */
export function figureOf({ runs }: Result, of: (run: Measurement) => Figure | undefined): Figure | undefined {
  const figures = runs.map(of).filter((figure) => figure !== undefined)
  if (figures.length === 0) return undefined
  return {
    p10: median(figures.map(({ p10 }) => p10)),
    median: median(figures.map((figure) => figure.median)),
  }
}

/** The ratio to the floor of the same process: the median of the runs. */
export function timesFloor({ runs }: Result): number | undefined {
  const ratios = runs.map(({ cost, floor }) => (floor === undefined ? Number.NaN : cost.p10 / floor.p10))
  return ratios.some(Number.isNaN) ? undefined : median(ratios)
}

export function find(results: readonly Result[], wanted: Row): Result | undefined {
  return results.find(({ row }) => {
    const isSame = row.table === wanted.table && row.circumstances === wanted.circumstances
    return isSame && row.variant === wanted.variant
  })
}
