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

/**
 * A report as if the machine had been equally fast all the time. A shared machine may be half as fast for seconds, which is
 * longer than a process measures: each one's figures are scaled to the fastest baseline in the same circumstances.
 * The baseline is left as measured. Those of validation do next to nothing, and tell no speed.
 */
export function atOneSpeed(report: Report): Report {
  const key = ({ table, circumstances }: Row) => `${table}, ${circumstances}`
  const fastest = new Map<string, number>()
  for (const { row, runs } of report.results) {
    const baselines = runs.map(({ baseline }) => baseline.p10)
    fastest.set(key(row), Math.min(fastest.get(key(row)) ?? Number.POSITIVE_INFINITY, ...baselines))
  }
  const results = report.results.map(({ row, runs }) => ({
    row,
    runs: runs.map((run) => {
      const share =
        row.table === 'validation' || row.table === 'front'
          ? 1
          : (fastest.get(key(row)) ?? Number.NaN) / run.baseline.p10
      const scaled = ({ p10, median }: Figure): Figure => ({ p10: p10 * share, median: median * share })
      const floor = run.floor && { floor: scaled(run.floor) }
      return { ...run, ...floor, cost: scaled(run.cost), control: scaled(run.control) }
    }),
  }))
  return { ...report, results }
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
