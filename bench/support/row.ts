import type { Figure } from './figures.ts'

/** One line of the report, in nanoseconds. */
export interface Row {
  readonly name: string
  readonly ours: Figure
  /** The least that code written by hand costs for the same; there is none for the gate. */
  readonly floor: Figure | undefined
  /** What the whole operation costs without a session: how fast the machine was, as budgets are absolute. */
  readonly baseline?: Figure
  /** What ours may cost at p10. */
  readonly budget: { readonly nanos: number } | { readonly timesFloor: number }
}

/** The most that a row may cost at p10, in nanoseconds. */
export const limitOf = ({ budget, floor }: Row): number =>
  'nanos' in budget ? budget.nanos : budget.timesFloor * (floor?.p10 ?? Number.NaN)

/** The rows as a markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    'what',
    'ours p10 / median',
    'floor p10 / median',
    'under noop p10',
    'ours / floor at p10',
    'budget',
    'held',
  ]
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows.map(cellsOf)]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cellsOf(row: Row): string[] {
  const { name, ours, floor, budget } = row
  const ratio = floor === undefined ? '' : (ours.p10 / floor.p10).toFixed(2)
  const under = row.baseline?.p10.toFixed(0) ?? ''
  const limit = limitOf(row).toFixed(0)
  const allowed = 'nanos' in budget ? `≤ ${limit}` : `≤ ${budget.timesFloor} × floor = ${limit}`
  return [name, words(ours), floor === undefined ? '' : words(floor), under, ratio, allowed, heldBy(row)]
}

const words = ({ p10, median }: Figure) => `${p10.toFixed(0)} / ${median.toFixed(0)}`

const heldBy = (row: Row) => (row.ours.p10 <= limitOf(row) ? 'yes' : '**no**')
