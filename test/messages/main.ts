/**
 * `npx -y pnpm@12.21.0 test:messages [-- --only PROGRAM | --require]`: jobs, messages of sockets and calls of MCP of two
 * users at once, on the real libraries, with their instrumentations; and the examples with them (`--only examples`).
 *
 * It installs the libraries in a workspace of its own. Every case of every program in `programs/` runs in a process of its
 * own and is a row of the table. A row fails if its spans or the problems that were logged are not those that the case
 * declares. What needs Redis, and the examples, are skipped with a message where it is missing and Python cannot install
 * it; with `--require` that is a failure.
 */
import { execFileSync, fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { copyExamples, EXAMPLES, runExample } from './examples.ts'
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
  const examples = [undefined, 'examples'].includes(values.only) ? EXAMPLES : []
  if (chosen.length + examples.length === 0)
    throw new Error(`no such program; there are examples, ${programs.join(', ')}`)
  installWorkspace(folder('.'))
  copyExamples()
  checkTypes()
  const rows = (await Promise.all(chosen.map(readRows))).flat()
  let redis: Redis | undefined
  let skipped = 0
  const needRedis = rows.filter(({ declared }) => declared.needsRedis).length + examples.length
  if (needRedis > 0) {
    redis = await startRedis().catch((error: Error) => {
      if (values.require) throw error
      skipped = needRedis
      console.log(`SKIPPED: ${skipped} rows and examples that need Redis: ${error.message}`)
      return undefined
    })
  }
  const runnable = rows.filter(({ declared }) => redis !== undefined || !declared.needsRedis)
  try {
    const outcomes = new Map<Row, Outcome | Error>()
    for (const row of runnable) outcomes.set(row, await runRow(row, redis?.port))
    const failures = report(outcomes)
    if (redis !== undefined) failures.push(...(await runExamples(examples, redis.port)))
    for (const failure of failures) console.log(`\n${failure}`)
    const count = runnable.length + (redis === undefined ? 0 : examples.length)
    console.log(`\n${count - failures.length} as declared, ${failures.length} not, ${skipped} skipped`)
    return failures.length === 0 ? 0 : 1
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

/** Runs examples, and returns what fails. */
async function runExamples(files: readonly string[], redisPort: number): Promise<string[]> {
  const failures: string[] = []
  for (const file of files) {
    const problems = await runExample(file, redisPort)
    console.log(`examples/${file}: ${problems.length === 0 ? 'as declared' : 'NOT as declared'}`)
    if (problems.length > 0) failures.push([`examples/${file}:`, ...problems].join('\n  '))
  }
  return failures
}

/** Prints the table, and returns what fails. */
function report(outcomes: ReadonlyMap<Row, Outcome | Error>): string[] {
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
  if (outcomes.size > 0) printTable(lines)
  return failures
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
