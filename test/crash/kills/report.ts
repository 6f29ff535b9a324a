import { table } from '../table.ts'
import type { Outcome } from './scenario.ts'
import type { Setup } from './setup.ts'

const HEAD = [
  '',
  'kills',
  'journalled',
  'lost',
  'repeated requests',
  'most a kill',
  'repeated rightly',
  'torn',
]
const PARTS = ['durability', 'fsync', 'protocol', 'concurrency', 'processes'] as const

/** The results of the kills, for each option and in all. */
export function killTable(outcomes: readonly Outcome[]): string {
  const rows = PARTS.flatMap((part) =>
    [...new Set(outcomes.map(({ setup }) => setup[part]))].sort().map((value: Setup[typeof part]) =>
      row(
        `${part} ${value}`,
        outcomes.filter(({ setup }) => setup[part] === value),
      ),
    ),
  )
  return table(HEAD, [...rows, row('all', outcomes)])
}

function row(name: string, outcomes: readonly Outcome[]): (string | number)[] {
  const sum = (figure: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + figure(outcome), 0)
  return [
    name,
    sum(({ kills }) => kills),
    sum(({ journalled }) => journalled),
    sum(({ lost }) => lost),
    sum(({ repeated }) => repeated),
    Math.max(0, ...outcomes.map(({ mostRepeated }) => mostRepeated)),
    sum(({ excused }) => excused),
    sum(({ torn }) => torn),
  ]
}
