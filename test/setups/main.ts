/**
 * `npx -y pnpm@12.21.0 test:setups [-- --only TEXT | --quick]`: `otel-sessions/register` alone, and beside SDKs that somebody
 * else registers before or after it.
 *
 * It installs the SDKs and distributions in workspaces of their own. Each row is a process: a server with two users who
 * come at the same time, whose spans go to a local endpoint. A row fails if a span has not the session and the user of its
 * owner, if one is lost, added or doubled in comparison with the same process without `otel-sessions/register`, if what it
 * does is not said once, or if the process does not end by itself. `--quick` leaves out a third of the rows; `--only`
 * takes those whose line contains a text.
 */
import { parseArgs } from 'node:util'
import { difference, show } from './judge.ts'
import type { Row } from './row.ts'
import { ROWS } from './rows.ts'
import { type Outcome, runRow } from './run-row.ts'
import { apiOf, prepareWorkspace } from './workspace.ts'

/** Processes that run at the same time. */
const WORKERS = 2

const folders = new Map<string, string>()
const baselines = new Map<string, Promise<Outcome>>()

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
  })
  const isChosen = (row: Row) =>
    nameOf(row)
      .join(' ')
      .includes(values.only ?? '') && !(values.quick && row.isSlow)
  const rows = ROWS.filter(isChosen)
  if (rows.length === 0) throw new Error('there is no such row')
  for (const { workspace } of rows) {
    if (!folders.has(workspace)) folders.set(workspace, await prepareWorkspace(workspace))
  }
  const judged = new Map<Row, JudgedRow>()
  const waiting = rows.values()
  const worker = async () => {
    for (const row of waiting) judged.set(row, await judgeRow(row))
  }
  await Promise.all(Array.from({ length: WORKERS }, worker))
  return report(rows.map((row) => [row, judged.get(row) as JudgedRow]))
}

function folderOf({ workspace }: Row): string {
  return folders.get(workspace) ?? ''
}

function nameOf(row: Row): string[] {
  const { workspace, setup, order, form, flag = '--import', place = '', folder = '' } = row
  return [workspace, setup, order, form, [flag, place, folder].filter((each) => each !== '').join(' ')]
}

/** What is compared in a row: what it is called, what it is, and what it should be. */
type Check = readonly [what: string, is: string, should: string]

interface JudgedRow {
  readonly checks: readonly Check[]
  readonly output: string
}

async function judgeRow(row: Row): Promise<JudgedRow> {
  const [outcome, without] = [await runRow(row, folderOf(row), true), await baselineOf(row)]
  const { right, missing, wrong, all, repeated, output } = outcome
  const { says, ...expected } = row.expected
  const said = output.split('\n').flatMap((line) => says.exec(line) ?? [])
  const checks: Check[] = [
    ['says', said.join(' and '), said[0] ?? `something like ${says}`],
    ['right', show(right), show(expected.right)],
    ['missing', show(missing), show(expected.missing ?? {})],
    ['wrong', show(wrong), ''],
    ['lost', show(difference(without.all, all)), ''],
    ['added', show(difference(all, without.all)), show(expected.added ?? {})],
    ['doubled', show(repeated), ''],
    ['ends', outcome.failure ?? without.failure ?? 'by itself', 'by itself'],
    ['refused', /.*Attempted duplicate registration.*/.exec(output)?.[0] ?? '', ''],
  ]
  return { checks, output }
}

/** The same process without `otel-sessions/register`, once for all orders in which that could be loaded. */
function baselineOf({ workspace, setup, form, folder, order, expected }: Row): Promise<Outcome> {
  const key = [workspace, setup, form, folder].join()
  const row: Row = { workspace, setup, form, order: order === '-' ? '-' : 'in code', expected }
  const baseline = baselines.get(key) ?? runRow(folder ? { ...row, folder } : row, folderOf(row), false)
  baselines.set(key, baseline)
  return baseline
}

function report(judged: readonly (readonly [Row, JudgedRow])[]): number {
  const lines: string[][] = []
  const complaints: string[] = []
  for (const [row, { checks, output }] of judged) {
    const differences = checks.filter(([, is, should]) => is !== should)
    lines.push([...nameOf(row), ...checks.map(([, is]) => is), differences.length === 0 ? 'yes' : 'NO'])
    if (differences.length === 0) continue
    const texts = differences.map(
      ([what, is, should]) => `${what}: ${is || 'none'}, declared ${should || 'none'}`,
    )
    complaints.push([nameOf(row).join(', '), ...texts, output].join('\n'))
  }
  const what = judged[0]?.[1].checks.map(([name]) => name) ?? []
  printTable([['SDK', 'set-up', 'begun', 'module', 'how', ...what, 'as declared'], ...lines])
  for (const [name, folder] of folders) console.log(`${name}: @opentelemetry/api ${apiOf(folder)}`)
  for (const complaint of complaints) console.log(`\n${complaint}`)
  console.log(`\n${lines.length - complaints.length} rows as declared, ${complaints.length} not`)
  return complaints.length === 0 ? 0 : 1
}

function printTable(lines: readonly (readonly string[])[]): void {
  const width = (column: number) => Math.max(...lines.map((line) => line[column]?.length ?? 0))
  const widths = (lines[0] ?? []).map((_, column) => width(column))
  for (const line of lines)
    console.log(
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}
