// Measures what exporting costs an application: CPU, memory, bytes and event loop delay, for the SDK's pipeline with
// its defaults and with settings that lose nothing here, for Langfuse's, and for ours. See `pnpm bench:export --help`.
// Fails if ours does not deliver every span; timings never fail.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { installPeers } from '../peers/load.ts'
import { isWhole } from './export/figures.ts'
import type { Result, Run } from './export/measurement.ts'
import { type Row, rowsWith } from './export/rows.ts'
import { measure } from './export/run.ts'
import { tablesOf } from './export/table.ts'

const USAGE = `pnpm bench:export [options]
  --quick        5,000 spans, one round, one collector
  --spans <n>    spans of each run; default 50,000
  --rounds <n>   runs of each row, each in its own process; default 3, with a slow collector 1
  --delay <ms>   only a collector with this response time; can be repeated; default 0 and 20
  --only <name>  only rows whose name contains this, such as "ours" or "tuned"; can be repeated
  --before <dir> measures our rows with the packages of another checkout, too, which is installed and built
  --json <file>  write the figures to a file`

const NOTES = `
Spans of 200 sessions with 15 attributes, one of them a prompt of 2,000 characters, are created as fast as possible in
bursts of 50; then shutdown() of the provider. CPU is that of the whole process, all threads, until shutdown() has
settled; the collector is another process, and counts span by span. The figures are the median and minimum of the runs.
"tuned" is a queue of 65,536 and batches of 2,048; ours in memory may use 256 MB, which holds about as many. Peak RSS
covers the life of the process; the event loop delay is sampled every millisecond.`

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    quick: { type: 'boolean', default: false },
    spans: { type: 'string' },
    rounds: { type: 'string' },
    delay: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true, default: [] },
    before: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) console.log(USAGE)
else await main()

async function main(): Promise<void> {
  const { quick, only } = options
  const spans = count('--spans', options.spans, quick ? 5000 : 50_000)
  const rounds = count('--rounds', options.rounds, quick ? 1 : 3)
  const delays = (options.delay ?? (quick ? ['0'] : ['0', '20'])).map(Number)
  const all = rowsWith(options.before && resolve(options.before))
  const names = Object.keys(all).filter(
    (name) => only.length === 0 || only.some((word) => name.includes(word)),
  )
  if (names.length === 0) throw new Error(`no row is named like ${only.join(', ')}`)
  installPeers()
  const results = delays.flatMap((delayMillis) => names.map((name) => resultFor(all, name, delayMillis)))
  const problems: string[] = []
  // Round by round and not row by row, in alternating order, so that the runs of a row are spread out.
  for (let round = 0; round < rounds; round++) {
    for (const result of round % 2 === 0 ? results : results.toReversed()) {
      const { name, row, delayMillis, runs } = result
      if (runs.length > 0 && delayMillis > 0 && options.rounds === undefined) continue
      try {
        runs.push(await measure(row, spans, delayMillis))
      } catch (error) {
        problems.push(`${name}, ${delayMillis} ms: ${error instanceof Error ? error.message : error}`)
      }
    }
    console.error(`round ${round + 1} of ${rounds} done`)
  }
  const measured = results.filter(({ runs }) => runs.length > 0)
  for (const result of measured.filter(({ row }) => row.kind === 'ours')) {
    if (!isWhole(result))
      problems.push(`${result.name}, ${result.delayMillis} ms: not every span was delivered`)
  }
  const machine = { node: process.version, cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}` }
  const report = { date: new Date().toISOString().slice(0, 10), ...machine, spans, rounds, results: measured }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, undefined, 1)}\n`)
  console.log(`${report.date}, Node ${report.node}, ${report.cpu}, ${spans} spans, ${rounds} rounds.`)
  console.log(`${NOTES}\n\n${tablesOf(measured)}`)
  for (const problem of problems) console.error(`BROKEN: ${problem}`)
  if (problems.length > 0) process.exitCode = 1
}

function resultFor(
  rows: Readonly<Record<string, Row>>,
  name: string,
  delayMillis: number,
): Result & { readonly runs: Run[] } {
  const row = rows[name]
  if (row === undefined) throw new Error(`there is no row "${name}"`)
  return { name, row, delayMillis, runs: [] }
}

function count(name: string, value: string | undefined, otherwise: number): number {
  const number = value === undefined ? otherwise : Number(value)
  if (!Number.isInteger(number) || number < 1) throw new TypeError(`${name} must be a whole number from 1`)
  return number
}
