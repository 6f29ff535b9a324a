// Measures what stamping a session, entering a scope, and validation cost, each compared with a hand-written minimum
// (the floor) and with other libraries. See `pnpm bench --help`. Timings never fail: it fails only if a library does
// not stamp what it should.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { installPeers } from '../peers/load.ts'
import { budgetLines } from './report/budgets.ts'
import { withBenchTables } from './report/docs.ts'
import { atOneSpeed, type Report, type Result } from './report/results.ts'
import { tablesOf } from './report/tables.ts'
import { type Options, optionsOf, USAGE } from './support/options.ts'
import { nameOf, plan } from './support/plan.ts'
import { measureInProcess } from './support/processes.ts'

/** The page of the documentation with the tables. */
const COST_PAGE = new URL('../docs/cost.md', import.meta.url)

const NOTES = `
Nanoseconds; the median of the runs of a row, scaled to the fastest baseline in the same circumstances. The
control is a second copy of the baseline, so it shows the noise. "onStart only" is what a library does when a
span starts; "full" is its published processor, with an exporter that sends nothing. A rich scope has an ID, a
user, three metadata keys and two tags; ours and OpenInference write these as four attributes, the floor and the
others as six or more.`

async function measureAll(options: Options): Promise<Report> {
  installPeers()
  const rows = plan(options)
  if (rows.length === 0) throw new Error(`no row's name contains ${options.names.join(', ')}`)
  const results = rows.map((row) => ({ row, runs: [] as Result['runs'][number][] }))
  const failed = new Set<Result>()
  // Run by run and not row by row, so that the runs of a row are spread out.
  for (let run = 1; run <= options.runs; run++) {
    if (!process.stderr.isTTY) console.error(`run ${run} of ${options.runs}: ${rows.length} rows`)
    for (const [index, result] of results.entries()) {
      showProgress(`run ${run}/${options.runs}, row ${index + 1}/${rows.length}: ${nameOf(result.row)}`)
      try {
        result.runs.push(await measureInProcess(result.row, options.rounds))
      } catch (error) {
        failed.add(result)
        console.error(`\n${nameOf(result.row)} cannot be measured: ${error}`)
      }
    }
  }
  showProgress('')
  if (failed.size > 0) process.exitCode = 1
  const { rounds } = options
  const cpu = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`
  const date = new Date().toISOString().slice(0, 10)
  return {
    date,
    node: process.version,
    cpu,
    rounds,
    results: results.filter((result) => !failed.has(result)),
  }
}

/** Shows progress on one line of a terminal. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

const options = optionsOf(process.argv.slice(2))
if (options === 'help') {
  console.log(USAGE)
} else {
  const report: Report = options.from
    ? JSON.parse(readFileSync(options.from, 'utf8'))
    : await measureAll(options)
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, undefined, 1)}\n`)
  console.log(`${report.date}, Node ${report.node}, ${report.cpu}, ${report.rounds} rounds a run.`)
  console.log(NOTES)
  const steady = atOneSpeed(report)
  console.log(`\n${tablesOf(steady)}`)
  console.log(`\n### Budgets\n\n${budgetLines(steady).join('\n')}`)
  if (options.docs) writeFileSync(COST_PAGE, withBenchTables(readFileSync(COST_PAGE, 'utf8'), steady))
}
