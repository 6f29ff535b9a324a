// Measures how many of 20,000 ended spans arrive when the collector is in trouble: the SDK's BatchSpanProcessor with
// its OTLP exporter compared with ours, in memory and with a journal. See `pnpm bench:loss --help`. Fails if ours
// loses spans that it promises to keep, or miscounts; timings never fail.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Pipeline } from './loss/job.ts'
import { brokenPromises, type Outcome } from './loss/outcome.ts'
import { play, type Size } from './loss/run.ts'
import { type Scenario, scenarios, turnsAway } from './loss/scenarios.ts'
import { longTable, shortTable } from './loss/table.ts'
import { sideBySide } from './support/side-by-side.ts'

const USAGE = `pnpm bench:loss [options]
  --quick        fewer scenarios, 2,000 spans, and outages of 30 % of their length
  --only <name>  only rows whose "scenario: pipeline" contains this, such as "503" or ": journal"; can be repeated
  --json <file>  write the figures to a file`

const NOTES = `
Spans end at 1,000 a second, or in one burst; then shutdown() of the provider, unless the scenario says otherwise, and
the process ends by itself. Delivered spans are those that the collector has read completely and answered, or was
answering, with 2xx. A collector that drips sends a byte every half second and never finishes; if its status is 200, it
has the spans. "stock" is BatchSpanProcessor and OTLPTraceExporter (JSON) with their defaults; for "shutdown with all
queued" its queue is 20,480. Ours has its defaults, too. After a restart: another process with the same directory, the
collector available, forceFlush() and shutdown(). "exit after forceFlush" creates 19,968 spans, 39 full batches of
stock: the last one is in flight when forceFlush() is called. Rejected spans are those that the collector rejected
permanently; redeliver() sends them again. "One span", "more than 500": the collector answers such requests so, also
after the restart, until redeliver(); spans that wait behind it count as a broken promise. A process that is frozen ends
no spans meanwhile. The longest shutdown is that of any of the processes, beside what the documentation allows.`

/** How many scenarios run at a time; most of their time is waiting. */
const SIDE_BY_SIDE = 10
const PIPELINES: readonly Pipeline[] = ['stock', 'memory', 'journal']

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) console.log(USAGE)
else await main(options.quick ? { spans: 2000, overMillis: 4000 } : { spans: 20_000, overMillis: 20_000 })

async function main(size: Size): Promise<void> {
  const scale = options.quick ? 0.3 : 1
  const rows = scenarios(scale)
    .filter(({ isQuick }) => isQuick || !options.quick)
    .flatMap((scenario) => PIPELINES.map((pipeline) => ({ scenario, pipeline })))
    .filter((row) => options.only.length === 0 || options.only.some((text) => nameOf(row).includes(text)))
  if (rows.length === 0) throw new Error(`no row's name contains ${options.only.join(', ')}`)
  const problems: string[] = []
  const played = await sideBySide(rows, SIDE_BY_SIDE, async (row) => {
    try {
      const outcome = await play(row.scenario, row.pipeline, size)
      console.error(`${nameOf(row)}: ${outcome.lost} of ${outcome.made} lost`)
      if (turnsAway(row.scenario) && outcome.first.turnedAway === 0) {
        console.error(`${nameOf(row)}: NOTE: no request met the failure`)
      }
      problems.push(...brokenPromises(outcome).map((problem) => `${nameOf(row)}: ${problem}`))
      return outcome
    } catch (error) {
      problems.push(`${nameOf(row)}: ${error instanceof Error ? error.message : error}`)
      return
    }
  })
  const outcomes = played.filter((outcome): outcome is Outcome => outcome !== undefined)
  const report = { date: new Date().toISOString().slice(0, 10), node: process.version, ...size, outcomes }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, undefined, 1)}\n`)
  console.log(
    `${report.date}, Node ${report.node}, ${size.spans} spans each, over ${size.overMillis / 1000} s.`,
  )
  if (options.quick)
    console.log('Quick: outages, slow answers and Retry-After are 30 % of what the names say.')
  console.log(`${NOTES}\n\n${shortTable(outcomes)}\n\n${longTable(outcomes)}`)
  for (const problem of problems) console.error(`BROKEN: ${problem}`)
  if (problems.length > 0) process.exitCode = 1
}

function nameOf({ scenario, pipeline }: { scenario: Scenario; pipeline: Pipeline }): string {
  return `${scenario.name}: ${pipeline}`
}
