import { table } from '../table.ts'
import type { FaultResult } from './trial.ts'

const HEAD = ['', 'trials', 'spans', 'lost with what was damaged', 'violations']

/** What each kind of damage came to. */
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
