/**
 * `npx -y pnpm@12.21.0 test:messages [-- --only PROGRAM | --require]`: jobs, messages of sockets and calls of MCP of two
 * users at once, on the real libraries, with their instrumentations.
 *
 * It installs the libraries in a workspace of its own. Every case of every program in `programs/` runs in a process of its
 * own and is a row of the table. A row fails if its spans or the problems that were logged are not those that the case
 * declares. The cases that need Redis are skipped with a message where it is missing and Python cannot install it; with
 * `--require` that is a failure.
 */
import { execFileSync, fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import type { Case } from './program.ts'
import { type Redis, startRedis } from './redis.ts'
import type { Outcome } from './run-case.ts'

/** Far more than a slow machine needs: something hangs. */
const DEADLINE_MILLIS = 600_000

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
    options: { only: { type: 'string' }, require: { type: 'boolean', default: false } },
  })
  const programs = readdirSync(folder('programs')).map((file) => file.replace(/\.ts$/, ''))
  const chosen = programs.filter((name) => (values.only ?? name) === name)
  if (chosen.length === 0) throw new Error(`no such program; there are ${programs.join(', ')}`)
  installWorkspace(folder('.'))
  checkTypes()
  const rows = (await Promise.all(chosen.map(readRows))).flat()
  let redis: Redis | undefined
  let skipped = 0
  if (rows.some(({ declared }) => declared.needsRedis)) {
    redis = await startRedis().catch((error: Error) => {
      if (values.require) throw error
      skipped = rows.filter(({ declared }) => declared.needsRedis).length
      console.log(`SKIPPED: ${skipped} rows that need Redis: ${error.message}`)
      return undefined
    })
  }
  const runnable = rows.filter(({ declared }) => redis !== undefined || !declared.needsRedis)
  try {
    const outcomes = new Map<Row, Outcome | Error>()
    for (const row of runnable) outcomes.set(row, await runRow(row, redis?.port))
    return report(outcomes, skipped)
  } finally {
    await redis?.stop()
  }
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

function runRow({ program, number }: Row, redisPort = 0): Promise<Outcome | Error> {
  return new Promise((resolve) => {
    const child = fork(folder('run-case.ts'), [program, String(number), String(redisPort)], {
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

function report(outcomes: ReadonlyMap<Row, Outcome | Error>, skipped: number): number {
  const lines = [['library', 'case', 'right', 'missing', 'wrong', 'as declared', 'problems']]
  const failures: string[] = []
  for (const [{ declared }, outcome] of outcomes) {
    const library = nameAndVersion(declared.library)
    if (outcome instanceof Error) {
      failures.push(`${library}, ${declared.name}: ${outcome.message}`)
      lines.push([library, declared.name, '', '', '', 'NO'])
      continue
    }
    const found = differences(outcome, declared)
    if (found.length > 0)
      failures.push([`${library}, ${declared.name}:`, ...found, ...outcome.lines].join('\n  '))
    const { right, missing, wrong, problems } = outcome
    const verdict = found.length === 0 ? 'yes' : 'NO'
    lines.push([
      library,
      declared.name,
      String(right),
      show(missing),
      show(wrong),
      verdict,
      problems.join(' '),
    ])
  }
  printTable(lines)
  for (const failure of failures) console.log(`\n${failure}`)
  const asDeclared = outcomes.size - failures.length
  console.log(`\n${asDeclared} rows as declared, ${failures.length} not, ${skipped} skipped`)
  return failures.length === 0 ? 0 : 1
}

function differences(outcome: Outcome, { expected }: Case): string[] {
  const { right, missing = {}, wrong = {}, problems = [] } = expected
  const pairs: [what: string, is: string, should: string][] = [
    ['right', String(outcome.right), String(right)],
    ['missing', show(outcome.missing), show(missing)],
    ['wrong', show(outcome.wrong), show(wrong)],
    ['problems', outcome.problems.join(' '), [...problems].sort().join(' ')],
  ]
  const different = pairs.filter(([, is, should]) => is !== should)
  return different.map(([what, is, should]) => `${what}: ${is || 'none'}, declared ${should || 'none'}`)
}

/** Spans by name, such as `work 2`. */
function show(spans: Readonly<Record<string, number>>): string {
  const names = Object.keys(spans).sort()
  return names.map((name) => `${name} ${spans[name]}`).join(', ')
}

function nameAndVersion(library: string): string {
  const file = readFileSync(folder(`node_modules/${library}/package.json`), 'utf8')
  const { name, version } = JSON.parse(file) as { name: string; version: string }
  return `${name}@${version}`
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
