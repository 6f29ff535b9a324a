import { added, cost, type Figure } from '../support/figures.ts'
import type { Samples } from '../support/interleave.ts'

/** What one process has measured of one row, in nanoseconds; all of it side by side. */
export interface Measurement {
  readonly cost: Figure
  /** The least that code written by hand costs for the same; there is none for the gate. */
  readonly floor?: Figure
  /** What a second copy of the baseline costs over the first: nothing, if there were no noise. */
  readonly control: Figure
  /** What the baseline itself costs: how fast the machine was. */
  readonly baseline: Figure
}

/** A row's name: in which table, under which circumstances, and of what. */
export interface Row {
  readonly table: 'stamping' | 'entering' | 'gate'
  readonly circumstances: string
  readonly variant: string
}

/** Measures a row in this process, which must measure nothing else. */
export type Measure = (circumstances: string, variant: string, rounds: number) => Promise<Measurement>

/** The figures over a baseline that does nothing. */
export function overBaseline(samples: Samples): Measurement {
  const floor = samples.has('floor') ? { floor: added(samples, 'floor', 'baseline') } : {}
  return {
    cost: added(samples, 'measured', 'baseline'),
    ...floor,
    control: added(samples, 'control', 'baseline'),
    baseline: cost(samples, 'baseline'),
  }
}
