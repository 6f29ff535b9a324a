/** `npx -y pnpm@12.21.0 test:frameworks [name…] [--update]`: tests which spans of real frameworks have the session. */
import { parseArgs } from 'node:util'
import { Processes } from '../../demo/support/processes.ts'
import { groupBy } from '../real/group.ts'
import type { Places } from './program.ts'
import type { Row } from './row.ts'
import { FRAMEWORKS, ORDERS, ROWS } from './rows.ts'
import { OUTER_SESSIONS, SESSIONS } from './support/conversations.ts'
import { install } from './support/install.ts'
import { type Measured, measure, type Runs } from './support/measure.ts'
import type { Mode } from './support/modes.ts'
import { printOnlyScope, printTable, printTen, printTotals } from './support/print.ts'
import { findProblems, type Verdict } from './support/promises.ts'
import { findDifferences, readResults, writeResults } from './support/results.ts'
import { observe, startPlaces } from './support/run.ts'
import type { Run } from './support/seen.ts'

const TRUTH = { own: SESSIONS, outer: OUTER_SESSIONS }

const USAGE = `pnpm test:frameworks [options] [names]
  names     only the rows whose name contains one of these, such as LangGraph
  --update  write the results to results.json instead of comparing them with it
The numbers are spans with the right session: by the framework alone, with our processor and exporter, with
backfill, too, and inside usingSession with another ID.`

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { update: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (!values.help) return runRows(chooseRows(positionals), values.update)
  console.log(USAGE)
  return 0
}

/** Matches names case-insensitively, by any part. */
function chooseRows(names: readonly string[]): readonly Row[] {
  if (names.length === 0) return ROWS
  const chosen = ROWS.filter(({ name }) =>
    names.some((part) => name.toLowerCase().includes(part.toLowerCase())),
  )
  if (chosen.length > 0) return chosen
  throw new Error(`no row's name matches; the rows are ${ROWS.map(({ name }) => `"${name}"`).join(', ')}`)
}

async function runRows(rows: readonly Row[], update: boolean): Promise<number> {
  for (const folder of new Set(rows.map((row) => row.folder))) {
    console.log(`${folder}: installing, checking types`)
    await install(folder)
  }
  const measured: Record<string, Measured> = {}
  const wrong: string[] = []
  const broken: string[] = []
  const processes = new Processes()
  try {
    const places = await startPlaces(processes)
    for (const row of rows) {
      const result = await runRow(row, places)
      measured[row.name] = result.measured
      wrong.push(...result.verdict.wrong.map((text) => `${row.name}, ${text}`))
      broken.push(...result.verdict.broken.map((text) => `${row.name}, ${text}`))
    }
  } finally {
    await processes.stop()
  }
  if (update) writeResults(ROWS, measured)
  else broken.push(...findDifferences(rows, readResults(), measured))
  report(rows, measured)
  console.log(`Spans with a session that is not their turn's: ${wrong.length}.`)
  const alike = groupBy([...wrong, ...broken], (line) => line)
  const problems = [...alike].map(([line, { length }]) => (length === 1 ? line : `${line}: ${length} ×`))
  for (const line of problems.length === 0
    ? ['Every promise holds, and the results are those of results.json.']
    : problems) {
    console.log(line)
  }
  return problems.length === 0 ? 0 : 1
}

async function runRow(row: Row, places: Places): Promise<{ measured: Measured; verdict: Verdict }> {
  const started = performance.now()
  // Two at the same time: most of a run is the start of one process.
  const [before, late] = await Promise.all([runMode(row, 'before', places), runMode(row, 'late', places)])
  const [after, scope] = await Promise.all([runMode(row, 'after', places), runMode(row, 'scope', places)])
  const runs: Runs = { before, late, after, scope }
  console.log(`  ${row.name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return { measured: measure(runs, TRUTH, row.beyondScope), verdict: findProblems(runs, TRUTH, row) }
}

async function runMode(row: Row, mode: Mode, places: Places): Promise<Run> {
  const { name, folder, program, theirsFirst = false } = row
  // With our packages, ten users' requests follow.
  const withTen = mode === 'after' || mode === 'scope'
  try {
    return await observe({ folder, program, theirsFirst, mode, withTen }, places)
  } catch (error) {
    throw new Error(`${name}, ${mode}: ${error instanceof Error ? error.message : error}`)
  }
}

function report(rows: readonly Row[], measured: Record<string, Measured>): void {
  const parts = [
    { title: 'Frameworks, each its own way', list: FRAMEWORKS },
    { title: "With other libraries' processors: the order of registration", list: ORDERS },
  ]
  for (const { title, list } of parts) {
    const shown = list.filter((row) => rows.includes(row))
    if (shown.length === 0) continue
    console.log(`\n${title}`)
    for (const line of printTable(shown, measured)) console.log(line)
    for (const line of printTen(shown, measured)) console.log(line)
    for (const { name, remark, unstable, beyondScope } of shown) {
      for (const text of [remark, unstable, beyondScope]) if (text) console.log(`  ${name}: ${text}`)
    }
    for (const line of printOnlyScope(shown, measured)) console.log(line)
    for (const line of printTotals(shown.flatMap(({ name }) => measured[name] ?? []))) console.log(line)
  }
}
