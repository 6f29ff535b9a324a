import { added, cost, type Figure } from '../support/figures.ts'
import type { Samples } from '../support/interleave.ts'

/** One process's measurement of one row, in nanoseconds, with all variants side by side. */
export interface Measurement {
  readonly cost: Figure
  /** The lowest cost of hand-written code for the same, or what the row is compared with; undefined for validation. */
  readonly floor?: Figure
  /** What a second copy of the baseline costs over the first: 0 without noise. */
  readonly control: Figure
  /** What the baseline itself costs: an indicator of the machine's speed. */
  readonly baseline: Figure
}

/** A row's name: the table, the circumstances, and the variant. */
export interface Row {
  readonly table: 'stamping' | 'entering' | 'validation' | 'front'
  readonly circumstances: string
  readonly variant: string
}

/** Measures a row in the current process, which must not measure anything else. */
export type Measure = (circumstances: string, variant: string, rounds: number) => Promise<Measurement>

/** The figures relative to a baseline that does nothing. */
export function overBaseline(samples: Samples): Measurement {
  const floor = samples.has('floor') ? { floor: added(samples, 'floor', 'baseline') } : {}
  return {
    cost: added(samples, 'measured', 'baseline'),
    ...floor,
    control: added(samples, 'control', 'baseline'),
    baseline: cost(samples, 'baseline'),
  }
}
