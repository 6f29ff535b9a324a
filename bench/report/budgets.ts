import { OURS } from '../libraries/all.ts'
import type { Row } from '../measure/measurement.ts'
import { whole } from './markdown.ts'
import { figureOf, find, type Report, type Result, timesFloor } from './results.ts'

interface Budget {
  readonly what: string
  readonly limit: number
  /** The figure; undefined if its rows were not measured. */
  readonly measured: number | undefined
  readonly unit: '× the floor' | '× the nearest' | 'ns'
  readonly note?: string
}

/** A line for each budget, with its figure. */
export function budgetLines({ results }: Report): string[] {
  return budgetsOf(results).map(({ what, limit, measured, unit, note }) => {
    if (measured === undefined) return `not measured: ${what}`
    const digits = unit === 'ns' ? whole : (value: number) => value.toFixed(3)
    const verdict = measured <= limit ? 'met' : 'NOT MET'
    return `${verdict}: ${what}: ${digits(measured)} ${unit}, at most ${digits(limit)}${note ?? ''}`
  })
}

function budgetsOf(results: readonly Result[]): Budget[] {
  const our = (table: Row['table'], circumstances: string) =>
    find(results, { table, circumstances, variant: OURS })
  const ratio = (table: Row['table'], circumstances: string, limit: number): Budget => {
    const row = our(table, circumstances)
    const measured = row && timesFloor(row)
    return { what: `${table}, ${circumstances}`, limit, measured, unit: '× the floor' }
  }
  const nanos = (table: Row['table'], circumstances: string, limit: number): Budget => {
    const row = our(table, circumstances)
    const measured = row && figureOf(row, ({ cost }) => cost)?.p10
    return { what: `${table}, ${circumstances}`, limit, measured, unit: 'ns' }
  }
  return [
    ratio('stamping', 'ID only, roots', 1.5),
    ratio('stamping', 'ID only, 10 deep', 1.5),
    besideNearest(results, 'ID only, roots'),
    besideNearest(results, 'ID only, 10 deep'),
    nanos('stamping', 'rich, roots', 450),
    nanos('stamping', 'rich, 10 deep', 450),
    nanos('stamping', 'outside any scope, roots', 200),
    nanos('stamping', 'outside any scope, 10 deep', 300),
    ratio('entering', 'ID only, 8 keys', 0.6),
    ratio('entering', 'rich, 8 keys', 0.5),
    nanos('validation', 'with an ID and a record', 60),
    nanos('validation', 'with an ID, no record', 60),
    nanos('validation', 'without ID, with a record', 120),
    nanos('validation', 'without ID, no record', 120),
    nanos('validation', 'backend openinference, rich: nothing to change', 60),
    nanos('validation', 'backend langfuse, rich', 700),
    nanos('validation', 'backends langfuse, langsmith and datadog, rich', 1200),
  ]
}

/** Ours compared with the cheapest of the other libraries, all of which follow the context. */
function besideNearest(results: readonly Result[], circumstances: string): Budget {
  const costs = results
    .filter(({ row }) => row.table === 'stamping' && row.circumstances === circumstances)
    .map((result) => ({
      variant: result.row.variant,
      added: figureOf(result, ({ cost }) => cost)?.p10 ?? Number.NaN,
    }))
    .toSorted((one, other) => one.added - other.added)
  const ours = costs.find(({ variant }) => variant === OURS)
  const nearest = costs.find(({ variant }) => variant !== OURS)
  const what = `stamping, ${circumstances}, compared with the nearest other library`
  if (ours === undefined || nearest === undefined) {
    return { what, limit: 0.25, measured: undefined, unit: '× the nearest' }
  }
  const note = ` (${nearest.variant}: ${whole(nearest.added)} ns, ours: ${whole(ours.added)} ns)`
  return { what, limit: 0.25, measured: ours.added / nearest.added, unit: '× the nearest', note }
}
