import { drawTable } from '../../readme-tables/draw.ts'
import type { Row } from '../row.ts'
import type { Measured } from './measure.ts'
import type { Results } from './results.ts'

const HEAD = [
  'framework',
  'its own way',
  'what names the session',
  'spans',
  'right without us',
  'with processor and exporter',
  'and `fillFromTrace`',
  'only a scope reaches',
  'right in `usingSession`',
]

/**
 * The table as the README shows it.
 *
 * @throws Error when a row has no result
 */
export function markdown(rows: readonly Row[], results: Results): string {
  return drawTable(
    HEAD,
    rows.map((row) => cellsOf(row, results[row.name])),
  )
}

function cellsOf({ name, way }: Row, measured: Measured | undefined): string[] {
  if (measured === undefined) throw new Error(`results.json has no "${name}": test:frameworks --update`)
  const { spans, ofNoTurn, right, hinted, onlyScope, scope } = measured
  return [
    name,
    way,
    namesOf(measured),
    String(spans - ofNoTurn),
    String(right.before),
    String(right.late),
    String(right.after + hinted),
    String(onlyScope),
    String(scope.right),
  ]
}

function namesOf({ keys, named, atStart }: Measured): string {
  if (named === 0) return 'nothing'
  const when = atStart === named ? 'at start' : atStart === 0 ? 'late' : 'at start and late'
  return `${Object.keys(keys)
    .map((key) => `\`${key}\``)
    .join(', ')}, ${when}`
}

/** The sentences that belong to the rows, as a list; empty when there are none. */
export function remarks(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ name, remark, beyondScope, unstable }) =>
    [remark, beyondScope, unstable].flatMap((text) => (text === undefined ? [] : [`- ${name}: ${text}.`])),
  )
  return lines.join('\n')
}
