import { table } from '../table.ts'
import type { CrowdOutcome } from './run.ts'

const HEAD = ['', 'kills', 'ended by themselves', 'journalled', 'lost', 'arrived twice', 'violations']

/** What became of the spans of processes that shared a directory. */
export const crowdTable = (outcome: CrowdOutcome): string => {
  const { processes, kills, ends, journalled, lost, duplicates, violations } = outcome
  return table(HEAD, [
    [`${processes} processes on one directory`, kills, ends, journalled, lost, duplicates, violations.length],
  ])
}
