import { drawTable } from '../../readme-tables/draw.ts'
import type { Row } from '../row.ts'
import type { Measured } from './measure.ts'
import type { Results } from './results.ts'

const HEAD = [
  'framework',
  'its own way',
  'what names the session',
  'spans',
  'without us',
  'with processor and exporter',
  'with `backfill`, too',
  'in `usingSession`',
  'what to do',
]

/**
 * The README's table.
 *
 * @throws Error if a row has no result
 */
export function markdown(rows: readonly Row[], results: Results): string {
  return drawTable(
    HEAD,
    rows.map((row) => cellsOf(row, results[row.name])),
  )
}

function cellsOf({ name, way, advice }: Row, measured: Measured | undefined): string[] {
  if (measured === undefined) throw new Error(`results.json has no "${name}": test:frameworks --update`)
  const { spans, ofNoTurn, right, inferred, scope } = measured
  return [
    name,
    way,
    namesOf(measured),
    String(spans - ofNoTurn),
    String(right.before),
    String(right.late),
    String(right.after + inferred),
    String(scope.right),
    advice ?? adviceFor(measured),
  ]
}

/** What an application should do to have the session on all of its spans. */
function adviceFor({ spans, ofNoTurn, onlyScope, right, inferred }: Measured): string {
  if (onlyScope > 0) return '`usingSession`: only a scope reaches these'
  return right.late + inferred === spans - ofNoTurn ? 'nothing more' : '`backfill`, or `usingSession`'
}

function namesOf({ keys, named, atStart }: Measured): string {
  if (named === 0) return 'nothing'
  const when = atStart === named ? 'at start' : atStart === 0 ? 'late' : 'at start and late'
  return `${Object.keys(keys)
    .map((key) => `\`${key}\``)
    .join(', ')}, ${when}`
}

/** The remarks on the rows, as a list without duplicates; empty if there are none. */
export function remarks(rows: readonly Row[]): string {
  const names = new Map<string, string[]>()
  for (const { name, remark, beyondScope, unstable } of rows) {
    for (const text of [remark, beyondScope, unstable]) {
      if (text !== undefined) names.set(text, [...(names.get(text) ?? []), name])
    }
  }
  return [...names].map(([text, of]) => `- ${of.join(', ')}: ${text}.`).join('\n')
}
