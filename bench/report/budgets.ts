import { OURS, STAMPERS } from '../libraries/all.ts'
import type { Row } from '../measure/measurement.ts'
import { whole } from './markdown.ts'
import { figureOf, find, type Report, type Result, timesFloor } from './results.ts'

interface Budget {
  readonly what: string
  readonly limit: number
  /** What it should be; the limit is what it may be until then. */
  readonly aim?: number
  /** The figure; undefined if its rows were not measured. */
  readonly measured: number | undefined
  readonly unit: '× the floor' | typeof UNIT | 'ns'
  readonly note?: string
}

/** A line for each budget, with its figure. */
export function budgetLines({ results }: Report): string[] {
  return budgetsOf(results).map(({ what, limit, aim, measured, unit, note }) => {
    if (measured === undefined) return `not measured: ${what}`
    const digits = unit === 'ns' ? whole : (value: number) => value.toFixed(3)
    const verdict = measured <= limit ? 'met' : 'NOT MET'
    const aimed = aim === undefined ? '' : `, aim ${digits(aim)}`
    return `${verdict}: ${what}: ${digits(measured)} ${unit}, at most ${digits(limit)}${aimed}${note ?? ''}`
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
    // The aim was met before the record was a private field, which no console prints: 25 to 50 ns of a span. What else was
    // added, taken out one by one, is within the noise: contexts as open as the API's, and the looks for lost scopes and for
    // LangChain's handlers, about 10 each.
    besideNearest(results, 'ID only, roots', 0.35, 0.25),
    besideNearest(results, 'ID only, 10 deep', 0.25),
    besideNearest(results, 'rich, roots', 0.65, 0.6),
    besideNearest(results, 'rich, 10 deep', 0.65, 0.6),
    // Aliases are looked for in the attributes of every span, which OpenInference does not do. The two cheaper libraries
    // have next to nothing to do where no scope is.
    beside(results, OPENINFERENCE, 'outside any scope, roots', 0.5),
    beside(results, OPENINFERENCE, 'outside any scope, 10 deep', 0.75),
    // In a profile, making a context as open as the API's takes 30 ns of what was added, and so does leaving, which binds the
    // result and asks for a missing processor.
    { ...ratio('entering', 'ID only, 8 keys', 0.75), aim: 0.6 },
    nanos('validation', 'with an ID and a record', 60),
    nanos('validation', 'with an ID, no record', 60),
    nanos('validation', 'without ID, with a record', 120),
    nanos('validation', 'without ID, no record', 120),
    nanos('validation', 'backend openinference, rich: nothing to change', 60),
    nanos('validation', 'backend langfuse, rich', 700),
    nanos('validation', 'backends langfuse, langsmith and datadog, rich', 1200),
  ]
}

const OPENINFERENCE = 'OpenInference core, own processor'

/** Ours compared with the cheapest of the other libraries, all of which follow the context. */
function besideNearest(
  results: readonly Result[],
  circumstances: string,
  limit: number,
  aim?: number,
): Budget {
  const others = Object.keys(STAMPERS)
    .filter((variant) => variant !== OURS)
    .map((variant) => ({
      variant,
      added: costOf(results, circumstances, variant) ?? Number.POSITIVE_INFINITY,
    }))
  const [nearest] = others.toSorted((one, other) => one.added - other.added)
  return { ...beside(results, nearest?.variant ?? '', circumstances, limit), ...(aim && { aim }) }
}

/** Ours compared with another library. */
function beside(results: readonly Result[], variant: string, circumstances: string, limit: number): Budget {
  const ours = costOf(results, circumstances, OURS)
  const other = costOf(results, circumstances, variant)
  const what = `stamping, ${circumstances}, compared with ${variant}`
  if (ours === undefined || other === undefined) return { what, limit, measured: undefined, unit: UNIT }
  const note = ` (${whole(other)} ns, ours: ${whole(ours)} ns)`
  return { what, limit, measured: ours / other, unit: UNIT, note }
}

const UNIT = '× the other'

const costOf = (results: readonly Result[], circumstances: string, variant: string): number | undefined => {
  const row = find(results, { table: 'stamping', circumstances, variant })
  return row && figureOf(row, ({ cost }) => cost)?.p10
}
