import type { Row } from '../measure/measurement.ts'
import type { Figure } from '../support/figures.ts'
import { markdownTable, times, whole } from './markdown.ts'
import { figureOf, type Report, type Result, timesFloor } from './results.ts'

const TITLES: Readonly<Record<Row['table'], string>> = {
  stamping: 'Stamping: what a span costs in addition to a processor that does nothing',
  entering: 'Entering and leaving a scope: the whole call; the floor is `context.with(setValue)`',
  validation: 'Validation: what a span costs in addition to an exporter that does nothing, in batches of 512',
  front:
    'In front: what a span costs with `sessionProcessors`, in addition to a batch processor that sends nothing; the floor is `SessionSpanExporter` behind it',
}

/** All figures. */
export function tablesOf({ results }: Report): string {
  const tables = (Object.keys(TITLES) as Row['table'][]).flatMap((table) => {
    const rows = results.filter(({ row }) => row.table === table)
    return rows.length === 0 ? [] : [`### ${TITLES[table]}\n\n${tableOf(rows)}`]
  })
  return tables.join('\n\n')
}

function tableOf(results: readonly Result[]): string {
  const head = [
    'what',
    'ns, p10 / median',
    'p10 of the runs',
    'floor p10 / median',
    'times floor',
    'control p10 / median',
    'baseline p10',
  ]
  return markdownTable(head, results.map(cellsOf))
}

function cellsOf(result: Result): string[] {
  const { circumstances, variant } = result.row
  return [
    `${circumstances}: ${variant}`,
    both(figureOf(result, ({ cost }) => cost)),
    result.runs.map(({ cost }) => whole(cost.p10)).join(', '),
    both(figureOf(result, ({ floor }) => floor)),
    times(timesFloor(result)),
    both(figureOf(result, ({ control }) => control)),
    whole(figureOf(result, ({ baseline }) => baseline)?.p10),
  ]
}

const both = (figure: Figure | undefined) =>
  figure === undefined ? '' : `${whole(figure.p10)} / ${whole(figure.median)}`
