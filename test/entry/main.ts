/**
 * `npx -y pnpm@12.21.0 test:entry [-- --quick | --only NAME | --update]`: one application on several frameworks, with our
 * helpers and, on Express, with those of others; the application is that of `work/work.ts`.
 *
 * Each row runs in a process of its own, with the requests of two users at the same time. Every span that arrives is
 * compared with the user whose work it is. With our helpers every span must be right. The other rows must give what
 * `results.json` has. `--quick` runs the rows of Express and of one other framework.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { QUICK, ROWS, type Row } from './rows.ts'
import type { Verdict } from './support/judge.ts'
import { findDifferences, findFaults, keyOf, writeResults } from './support/results.ts'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { only: { type: 'string' }, quick: { type: 'boolean' }, update: { type: 'boolean' } },
  })
  const rows = ROWS.filter(
    (row) => keyOf(row).includes(values.only ?? '') && (!values.quick || QUICK.includes(row.framework)),
  )
  if (rows.length === 0) throw new Error(`no such row; there are ${ROWS.map(keyOf).join('; ')}`)
  for (const workspace of ['.', 'alone']) installWorkspace(folder(workspace))
  checkTypes()
  // It imports what has just been installed.
  const { runRow } = await import('./support/run.ts')
  const outcomes = new Map<Row, Verdict | Error>()
  // One after the other: with two at a time a machine of two cores is no faster.
  for (const row of rows) outcomes.set(row, await runRow(row).catch((error) => error as Error))
  if (values.update) {
    const measured = [...outcomes].filter(([, outcome]) => !(outcome instanceof Error))
    writeResults(Object.fromEntries(measured.map(([row, outcome]) => [keyOf(row), outcome as Verdict])))
  }
  return report(outcomes)
}

/** Checks the types here, because the root does not install what is imported. */
function checkTypes(): void {
  const tsc = folder('../../node_modules/typescript/bin/tsc')
  for (const project of ['.', 'apps/next']) {
    try {
      execFileSync(process.execPath, [tsc, '-p', folder(project)], { stdio: 'pipe', encoding: 'utf8' })
    } catch (error) {
      throw new Error(`the type check fails:\n${(error as { stdout: string }).stdout}`)
    }
  }
}

function report(outcomes: ReadonlyMap<Row, Verdict | Error>): number {
  const lines = [['framework', 'helper', 'spans', 'right', 'missing', 'wrong', 'twice', 'as declared']]
  const failures: string[] = []
  const details: string[] = []
  for (const [row, outcome] of outcomes) {
    const isError = outcome instanceof Error
    const found = isError
      ? [`${keyOf(row)}: ${outcome.message}`]
      : [...findFaults(row, outcome), ...findDifferences(row, outcome)]
    failures.push(...found)
    const cells = isError ? ['', '', '', '', ''] : numbersOf(outcome).map(String)
    lines.push([row.framework, row.name, ...cells, found.length === 0 ? 'yes' : 'NO'])
    if (isError) continue
    for (const kind of ['missing', 'wrong'] as const) {
      if (total(outcome[kind]) > 0) details.push(`${keyOf(row)}, ${kind}: ${show(outcome[kind])}`)
    }
  }
  printTable(lines)
  for (const detail of details) console.log(`\n${detail}`)
  for (const failure of failures) console.log(`\nFAILED ${failure}`)
  const failed = lines.filter((line) => line.at(-1) === 'NO').length
  const [spans, right] = totals(outcomes)
  console.log(`\nin the rows in which all must be right: ${right} of ${spans} spans are`)
  console.log(`${outcomes.size - failed} rows as declared, ${failed} not`)
  return failed === 0 ? 0 : 1
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function numbersOf({ spans, right, missing, wrong, doubled }: Verdict): number[] {
  return [spans, right, total(missing), total(wrong), doubled]
}

/** The spans, and the right ones, of our rows. */
function totals(outcomes: ReadonlyMap<Row, Verdict | Error>): [number, number] {
  const verdicts = [...outcomes].flatMap(([row, outcome]) =>
    row.isOurs && !(outcome instanceof Error) ? [outcome] : [],
  )
  const sum = (part: 'spans' | 'right') => verdicts.reduce((all, verdict) => all + verdict[part], 0)
  return [sum('spans'), sum('right')]
}

/** Spans by name, such as `work 2`. */
function show(spans: Readonly<Record<string, number>>): string {
  const names = Object.keys(spans).sort()
  return names.map((name) => `${name} ${spans[name]}`).join(', ')
}

function printTable(lines: readonly (readonly string[])[]): void {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  for (const line of lines) {
    const cells = line.map((text, column) => text.padEnd(widths[column] ?? 0))
    console.log(cells.join('  ').trimEnd())
  }
}
