import { table } from '../table.ts'
import type { FaultResult } from './trial.ts'

const HEAD = ['', 'trials', 'spans', 'lost with what was damaged', 'longest end, ms', 'at most', 'violations']

/** The result of each kind of damage. */
export const faultTable = (results: readonly FaultResult[]): string =>
  table(
    HEAD,
    results.map(({ name, trials, spans, lost, longest, violations }) => [
      name,
      trials,
      spans,
      lost,
      longest === undefined ? '' : Math.round(longest.millis),
      longest?.boundMillis ?? '',
      violations.length,
    ]),
  )
