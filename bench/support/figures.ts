import type { Samples } from './interleave.ts'

/** The cost of a variant: by itself, or in addition to another one. */
export interface Figure {
  /** The tenth percentile: the cost without disturbances. */
  readonly p10: number
  readonly median: number
}

/** The cost of a variant by itself. */
export function cost(samples: Samples, name: string): Figure {
  const values = valuesOf(samples, name)
  return { p10: percentile(values, 0.1), median: percentile(values, 0.5) }
}

/** What a variant adds to a baseline: the difference of the tenth percentiles, and the median of the paired differences. */
export function added(samples: Samples, name: string, baseline: string): Figure {
  const ours = valuesOf(samples, name)
  const theirs = valuesOf(samples, baseline)
  const differences = ours.map((value, round) => value - (theirs[round] ?? Number.NaN))
  return { p10: percentile(ours, 0.1) - percentile(theirs, 0.1), median: percentile(differences, 0.5) }
}

/** The median; for an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

function valuesOf(samples: Samples, name: string): number[] {
  const values = samples.get(name)
  if (values === undefined) throw new Error(`no samples of "${name}"`)
  return values
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}
