/** What real sessions cost, beside what their providers reported: `npx -y pnpm@12.21.0 test:usage [family…] [--update]`. */
import { parseArgs } from 'node:util'
import { readRecordings } from '../recordings/recording.ts'
import { KNOWN, knownError } from './known.ts'
import { findDifferences, readResults, resultsOf, writeResults } from './results.ts'
import { judge, type Row, type Verdict } from './verdict.ts'

const USAGE = `pnpm test:usage [options] [families]
  families  only the families whose name contains one of these, such as langchain
  --update  write the results to results.json instead of comparing them with it
Each row is a recorded conversation: our numbers, "of" those that the provider reported. A LOW or HIGH row fails, except those in known.ts.`

process.exitCode = main()

function main(): number {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { update: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const isChosen = (family: string) =>
    positionals.length === 0 || positionals.some((part) => family.includes(part))
  const rows = readRecordings()
    .filter(({ family }) => isChosen(family))
    .map(judge)
  if (rows.length === 0) throw new Error('no recording has such a family')
  const measured = resultsOf(rows)
  print(measured)
  const committed = Object.fromEntries(Object.entries(readResults()).filter(([family]) => isChosen(family)))
  const differences = values.update ? [] : findDifferences(committed, measured)
  if (values.update) writeResults({ ...(positionals.length === 0 ? {} : readResults()), ...measured })
  return report(rows, differences, positionals.length === 0)
}

function print(results: ReturnType<typeof resultsOf>): void {
  for (const [family, cases] of Object.entries(results)) {
    console.log(`\n${family}`)
    for (const [name, line] of Object.entries(cases)) console.log(`  ${name.padEnd(16)} ${line}`)
  }
  console.log('')
}

function report(rows: readonly Row[], differences: readonly string[], isWhole: boolean): number {
  for (const each of differences) console.log(`differs from results.json: ${each}`)
  const wrong = rows.filter(({ verdict }) => verdict === 'LOW' || verdict === 'HIGH')
  const unknownErrors = wrong.filter((row) => knownError(row) === undefined)
  const unneeded = KNOWN.filter((known) => isWhole && !wrong.some((row) => knownError(row) === known))
  for (const row of wrong) {
    const known = knownError(row)
    const why = known === undefined ? row.why : `known: ${known.why}`
    console.log(`${row.verdict}: ${row.family}, ${row.case}: ${why}`)
  }
  for (const { families, cases } of unneeded)
    console.log(`known.ts has an error that no row has: ${families}, ${cases}`)
  const count = (wanted: Verdict) => `${rows.filter(({ verdict }) => verdict === wanted).length} ${wanted}`
  const counts = (['right', 'unknown', 'LOW', 'HIGH'] as const).map(count).join(', ')
  console.log(
    `${rows.length} recordings: ${counts}; ${unknownErrors.length} errors that are not known; ${differences.length} differ from results.json`,
  )
  return unknownErrors.length + differences.length + unneeded.length === 0 ? 0 : 1
}
