import { table } from '../table.ts'
import type { FaultResult } from './trial.ts'

const HEAD = ['', 'trials', 'spans', 'lost with what was damaged', 'violations']

/** The result of each kind of damage. */
export const faultTable = (results: readonly FaultResult[]): string =>
  table(
    HEAD,
    results.map(({ name, trials, spans, lost, violations }) => [
      name,
      trials,
      spans,
      lost,
      violations.length,
    ]),
  )
