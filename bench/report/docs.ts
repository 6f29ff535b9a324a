import { OURS } from '../libraries/all.ts'
import { ENTERING } from '../measure/entering.ts'
import type { Measurement, Row } from '../measure/measurement.ts'
import { STAMPING } from '../measure/stamping.ts'
import { VALIDATION } from '../measure/validation.ts'
import type { Figure } from '../support/figures.ts'
import { markdownTable, whole } from './markdown.ts'
import { figureOf, find, type Report, type Result } from './results.ts'

/**
 * `docs/cost.md` with the tables of a report between its markers, such as `<!-- bench-stamping -->`.
 *
 * @throws Error if the report has no row of a table, or the page no marker
 */
export function withBenchTables(page: string, report: Report): string {
  return Object.entries(tables(report)).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`the page has no ${begin} before ${end}`)
    return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`
  }, page)
}

function tables(report: Report): Record<string, string> {
  const sync = Object.keys(ENTERING).filter((name) => !name.endsWith('async'))
  return {
    'bench-stamping': `${when(report)}\n\n${byLibrary(report, 'stamping', Object.keys(STAMPING))}`,
    'bench-entering': byLibrary(report, 'entering', sync),
    'bench-validation': validationTable(report),
  }
}

const when = ({ date, node }: Report) => `Measured on ${date} with Node ${node.slice(1)}.`

/** Names that need no knowledge of the benchmark; the others are plain as they are. */
const PLAIN: Readonly<Record<string, string>> = {
  'ID only, roots': 'ID, root spans',
  'ID only, 10 deep': 'ID, 10 spans deep',
  'rich, roots': 'rich, root spans',
  'rich, 10 deep': 'rich, 10 spans deep',
  'outside any scope, roots': 'no scope, root spans',
  'outside any scope, 10 deep': 'no scope, 10 spans deep',
  'ID only, empty context': 'ID, empty context',
  'ID only, 8 keys': 'ID, 8 keys in the context',
  'rich, 8 keys': 'rich, 8 keys in the context',
  'Langfuse, onStart only': 'Langfuse, only when a span starts',
  'Langfuse, full': 'Langfuse, its whole processor',
  'OpenInference core, OITracer': 'OpenInference, its `OITracer`',
  'OpenInference core, own processor': 'OpenInference, its context read by a processor',
  'OpenInference vercel, onStart only': 'OpenInference for Vercel, only when a span starts',
  'OpenInference vercel, full': 'OpenInference for Vercel, its whole processor',
  'Traceloop, onStart only': 'Traceloop, only when a span starts',
  'Traceloop, full': 'Traceloop, its whole processor',
  baggage: 'baggage, `propagation.setBaggage`',
  'Langfuse propagateAttributes': 'Langfuse, `propagateAttributes`',
  'OpenInference setSession': 'OpenInference, `setSession`',
  'Traceloop withAssociationProperties': 'Traceloop, `withAssociationProperties`',
  'with an ID and a record': 'session from `SessionSpanProcessor`',
  'with an ID, no record': '`session.id` on the span, without the processor',
  'without ID, with a record': 'no session, with the processor',
  'without ID, no record': 'no session, without the processor',
  'a change: an alias, no record': 'an alias becomes `session.id`, without the processor',
  'with an ID and a record, backfill': 'session from the processor, with backfill',
  'without ID, with a record, backfill': 'no session, with the processor and backfill',
  'backend openinference, rich: nothing to change': 'backend `openinference`, rich: nothing to change',
  'backend langfuse, rich': 'backend `langfuse`, rich',
  'backends langfuse, langsmith and datadog, rich': 'backends `langfuse`, `langsmith` and `datadog`, rich',
}
const plain = (name: string) => PLAIN[name] ?? name

/** A row for each library: nanoseconds at the tenth percentile. */
function byLibrary({ results }: Report, table: Row['table'], circumstances: readonly string[]): string {
  const ofTable = results.filter(({ row }) => row.table === table)
  if (ofTable.length === 0) throw new Error(`the report has no row of the table "${table}"`)
  const variants = [...new Set(ofTable.map(({ row }) => row.variant))]
  const cell = (variant: string, column: string) => {
    const result = find(results, { table, circumstances: column, variant })
    return p10Of(result, ({ cost }) => cost)
  }
  const floors = circumstances.map((column) =>
    p10Of(find(results, { table, circumstances: column, variant: OURS }), ({ floor }) => floor),
  )
  const rows = variants.map((variant) => [
    plain(variant),
    ...circumstances.map((column) => cell(variant, column)),
  ])
  return markdownTable(
    ['nanoseconds', ...circumstances.map(plain)],
    [['the least possible, by hand', ...floors], ...rows],
  )
}

function validationTable({ results }: Report): string {
  const rows = Object.keys(VALIDATION).map((circumstances) => {
    const result = find(results, { table: 'validation', circumstances, variant: OURS })
    if (result === undefined) throw new Error(`the report has no row "${circumstances}"`)
    return [plain(circumstances), p10Of(result, ({ cost }) => cost)]
  })
  return markdownTable(['span', 'nanoseconds'], rows)
}

const p10Of = (result: Result | undefined, of: (run: Measurement) => Figure | undefined) =>
  result === undefined ? '' : whole(figureOf(result, of)?.p10)
