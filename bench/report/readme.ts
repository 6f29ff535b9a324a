import { OURS } from '../libraries/all.ts'
import { ENTERING } from '../measure/entering.ts'
import type { Measurement, Row } from '../measure/measurement.ts'
import { STAMPING } from '../measure/stamping.ts'
import type { Figure } from '../support/figures.ts'
import { markdownTable, whole } from './markdown.ts'
import { figureOf, find, type Report, type Result } from './results.ts'

const FLOOR = 'written by hand (the floor)'

/** The tables that the README quotes: a row per library, nanoseconds at the tenth percentile. */
export function readmeTables({ date, node, results }: Report): string {
  const deep = Object.keys(STAMPING)
  const sync = Object.keys(ENTERING).filter((name) => !name.endsWith('async'))
  return [
    `Node ${node.slice(1)}, ${date}. Nanoseconds that a span costs in addition to a processor that does nothing:`,
    byLibrary(results, 'stamping', deep),
    'Nanoseconds to enter and leave a scope around a function that does nothing:',
    byLibrary(results, 'entering', sync),
    'Nanoseconds that validation adds to a span on its way to an exporter that does nothing:',
    validationTable(results),
  ].join('\n\n')
}

function byLibrary(
  results: readonly Result[],
  table: Row['table'],
  circumstances: readonly string[],
): string {
  const ofTable = results.filter(({ row }) => row.table === table)
  const variants = [...new Set(ofTable.map(({ row }) => row.variant))]
  const cell = (variant: string, column: string) => {
    const result = find(results, { table, circumstances: column, variant })
    return p10Of(result, ({ cost }) => cost)
  }
  const floors = circumstances.map((column) =>
    p10Of(find(results, { table, circumstances: column, variant: OURS }), ({ floor }) => floor),
  )
  const rows = variants.map((variant) => [variant, ...circumstances.map((column) => cell(variant, column))])
  return markdownTable(['', ...circumstances], [[FLOOR, ...floors], ...rows])
}

function validationTable(results: readonly Result[]): string {
  const ofTable = results.filter(({ row }) => row.table === 'validation')
  const rows = ofTable.map((result) => [result.row.circumstances, p10Of(result, ({ cost }) => cost)])
  return markdownTable(['', 'ns'], rows)
}

const p10Of = (result: Result | undefined, of: (run: Measurement) => Figure | undefined) =>
  result === undefined ? '' : whole(figureOf(result, of)?.p10)
