/**
 * `npx -y pnpm@12.21.0 test:field [-- --only PROGRAM | --quick]`: programs that users reported, on the libraries that
 * they use. `--quick` leaves out the versions of LangChain between the oldest and the newest.
 *
 * It installs the libraries in a workspace of its own, which needs Node and the npm registry and nothing else. Every
 * case of every program in `programs/` runs in a process of its own and is a row of the table. A row fails if its
 * spans or the problems that were logged are not those that the case declares. `program.ts` says how to write one.
 */
import { execFileSync, fork } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import type { Case } from './program.ts'
import type { Outcome } from './run-case.ts'

const LEFT_OUT_OF_QUICK = ['langchain-1.2', 'langchain-1.3']
/** Far more than a slow machine needs: something hangs. */
const DEADLINE_MILLIS = 600_000
/** Cases that run at the same time. */
const WORKERS = 2

interface Row {
  readonly program: string
  readonly number: number
  readonly declared: Case
}

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
    options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
  })
  const programs = readdirSync(folder('programs')).map((file) => file.replace(/\.ts$/, ''))
  const isLeftOut = (name: string) => values.quick && LEFT_OUT_OF_QUICK.includes(name)
  const chosen = programs.filter((name) => (values.only ?? name) === name && !isLeftOut(name))
  if (chosen.length === 0) throw new Error(`no such program; there are ${programs.join(', ')}`)
  for (const workspace of workspaces()) installWorkspace(folder(workspace))
  checkTypes()
  const rows = (await Promise.all(chosen.map(readRows))).flat()
  const outcomes = await runAll(rows)
  return report(rows, outcomes)
}

/** This folder, and those in it that have a lockfile of their own, because their versions conflict. */
function workspaces(): string[] {
  const folders = readdirSync(folder('.'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const names = folders.map(({ name }) => name).filter((name) => existsSync(folder(`${name}/pnpm-lock.yaml`)))
  return ['.', ...names]
}

/** Checks the programs' types here, because the root does not install what they import. */
function checkTypes(): void {
  const tsc = folder('../../node_modules/typescript/bin/tsc')
  try {
    execFileSync(process.execPath, [tsc, '-p', folder('.')], { stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    throw new Error(`the type check fails:\n${(error as { stdout: string }).stdout}`)
  }
}

async function readRows(program: string): Promise<Row[]> {
  const { cases } = (await import(`./programs/${program}.ts`)) as { cases: readonly Case[] }
  return cases.map((declared, number) => ({ program, number, declared }))
}

async function runAll(rows: readonly Row[]): Promise<Map<Row, Outcome | Error>> {
  const outcomes = new Map<Row, Outcome | Error>()
  const waiting = rows.values()
  const worker = async () => {
    for (const row of waiting) outcomes.set(row, await runRow(row))
  }
  await Promise.all(Array.from({ length: WORKERS }, worker))
  return outcomes
}

function runRow({ program, number }: Row): Promise<Outcome | Error> {
  return new Promise((resolve) => {
    const child = fork(folder('run-case.ts'), [program, String(number)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      timeout: DEADLINE_MILLIS,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
    child.on('message', (outcome) => resolve(outcome as Outcome))
    child.on('error', resolve)
    child.on('close', (code, signal) => resolve(new Error(`it ended with ${signal ?? code}: ${output}`)))
  })
}

function report(rows: readonly Row[], outcomes: ReadonlyMap<Row, Outcome | Error>): number {
  const lines = [['program', 'library', 'case', 'right', 'missing', 'wrong', 'as declared', 'problems']]
  const failures: string[] = []
  for (const row of rows) {
    const { program, declared } = row
    const outcome = outcomes.get(row) as Outcome | Error
    const found = outcome instanceof Error ? [outcome.message] : findDifferences(outcome, declared)
    const library = nameAndVersion(declared)
    failures.push(...found.map((text) => `${program}, ${library}, ${declared.name}: ${text}`))
    const shown =
      outcome instanceof Error
        ? ['', '', '']
        : [String(outcome.right), show(outcome.missing), show(outcome.wrong)]
    const problems = outcome instanceof Error ? '' : outcome.problems.join(' ')
    const verdict = found.length === 0 ? 'yes' : 'NO'
    lines.push([program, library, declared.name, ...shown, verdict, problems])
  }
  printTable(lines)
  for (const failure of failures) console.log(`\n${failure}`)
  const failed = lines.filter((line) => line[6] === 'NO').length
  console.log(`\n${rows.length - failed} rows as declared, ${failed} not`)
  return failed === 0 ? 0 : 1
}

function findDifferences(outcome: Outcome, { expected }: Case): string[] {
  const { right, missing = {}, wrong = {}, problems = {} } = expected
  const pairs: [string, string, string][] = [
    ['right', String(outcome.right), String(right)],
    ['missing', show(outcome.missing), show(missing)],
    ['wrong', show(outcome.wrong), show(wrong)],
    ['problems', outcome.problems.join(' '), Object.keys(problems).sort().join(' ')],
  ]
  const differences = pairs.filter(([, is, should]) => is !== should)
  const texts = differences.map(
    ([what, is, should]) => `${what}: ${is || 'none'}, declared ${should || 'none'}`,
  )
  for (const [code, text] of Object.entries(problems)) {
    if (!outcome.lines.some((line) => line.includes(`"${code}"`) && text.test(line))) {
      texts.push(`no logged line of ${code} says ${text}`)
    }
  }
  if (texts.length > 0) texts.push(...outcome.lines)
  return texts
}

/** Spans by name, such as `work 2`. */
function show(spans: Readonly<Record<string, number>>): string {
  const names = Object.keys(spans).sort()
  return names.map((name) => `${name} ${spans[name]}`).join(', ')
}

function nameAndVersion({ library, folder: workspace = '.' }: Case): string {
  if (library === 'node') return `node@${process.version.slice(1)}`
  const file = readFileSync(folder(`${workspace}/node_modules/${library}/package.json`), 'utf8')
  const { name, version } = JSON.parse(file) as { name: string; version: string }
  return `${name}@${version}`
}

function printTable(lines: readonly (readonly string[])[]): void {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  for (const line of lines)
    console.log(
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}
