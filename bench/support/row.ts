import type { Figure } from './figures.ts'

/** One line of the report, in nanoseconds. */
export interface Row {
  readonly name: string
  readonly ours: Figure
  /** The least that code written by hand costs for the same; there is none for the gate. */
  readonly floor: Figure | undefined
  /** What the whole span costs under a processor that does nothing: how fast the machine was. */
  readonly baseline?: Figure
}

/** The rows as a markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    'what',
    'ours p10 / median',
    'floor p10 / median',
    'ours / floor, p10',
    'whole span p10',
    'added to it',
  ]
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows.map(cellsOf)]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cellsOf({ name, ours, floor, baseline }: Row): string[] {
  const ratio = floor === undefined ? '' : (ours.p10 / floor.p10).toFixed(1)
  const share = baseline === undefined ? '' : `${((100 * ours.p10) / baseline.p10).toFixed(0)} %`
  const whole = baseline?.p10.toFixed(0) ?? ''
  return [name, words(ours), floor === undefined ? '' : words(floor), ratio, whole, share]
}

const words = ({ p10, median }: Figure) => `${p10.toFixed(0)} / ${median.toFixed(0)}`
