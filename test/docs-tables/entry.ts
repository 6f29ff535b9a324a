import { ROWS, type Row } from '../entry/rows.ts'
import type { Verdict } from '../entry/support/judge.ts'
import { keyOf, readResults } from '../entry/support/results.ts'
import { drawTable } from './draw.ts'

const APPLICATION = 'Express'
const LAZY = 'Express, lazy queue'

/** What each helper reaches in the Express application of `test:entry`. */
export function entryMarkdown(): string {
  return helpersTable(ROWS.filter(({ framework }) => framework === APPLICATION))
}

/** The same, where jobs of both users run in the request of one. */
export function entryLazyMarkdown(): string {
  return helpersTable(ROWS.filter(({ framework }) => framework === LAZY))
}

/** The same, of thirty lines and of what takes their place. */
export function entryOwnMarkdown(): string {
  const wanted = ['otel-sessions, sessionProcessors', 'thirty lines']
  return helpersTable(
    ROWS.filter(({ framework, name }) => framework === APPLICATION && wanted.includes(name)),
  )
}

/** What our helpers reach in the same application on other frameworks. */
export function entryFrameworksMarkdown(): string {
  const rows = ROWS.filter(({ framework }) => ![APPLICATION, LAZY].includes(framework))
  return drawTable(
    ['', ...NUMBERS],
    rows.map((row) => [row.framework, ...numbersOf(resultOf(row))]),
  )
}

/** The cells of the README's row: ours, Langfuse, OpenInference, Traceloop, which is not run, and thirty lines. */
export function entryOfReadme(): string[] {
  const right = (name: string) => resultOf(findRow(name)).right
  const ours = findRow('otel-sessions, sessionProcessors')
  return [
    `${right(ours.name)} of ${resultOf(ours).spans}`,
    ...[right('Langfuse'), right('OpenInference'), 'not measured', right('thirty lines')].map(String),
  ]
}

function findRow(wanted: string): Row {
  const row = ROWS.find(({ framework, name }) => framework === APPLICATION && name === wanted)
  if (row === undefined) throw new Error(`test:entry has no row "${wanted}"`)
  return row
}

const NUMBERS = ['spans', 'right', 'without session or user', "another user's"]

function helpersTable(rows: readonly Row[]): string {
  return drawTable(
    ['', ...NUMBERS],
    rows.map((row) => [row.name.replace(/(?<=, )(.*)/, '`$1`'), ...numbersOf(resultOf(row))]),
  )
}

/** @throws Error if the row has no result */
function resultOf(row: Row): Verdict {
  const result = readResults()[keyOf(row)]
  if (result === undefined) throw new Error(`results.json has no "${keyOf(row)}": test:entry --update`)
  return result
}

function numbersOf({ spans, right, missing, wrong }: Verdict): string[] {
  const [without, others] = [missing, wrong].map((counts) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0),
  )
  return [spans, right, without, others].map(String)
}
