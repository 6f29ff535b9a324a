/**
 * `npx -y pnpm@12.21.0 test:web [-- --only NAME]`: the helpers of fetch handlers, Hono, Next.js and Lambda, on the real
 * frameworks, runtimes and instrumentations. Two users send each request at the same time, and meet inside its handler.
 *
 * It installs them in workspaces of their own, which needs Node and the npm registry and nothing else, checks the types
 * of the programs, and builds the Next.js application. A row fails if its spans are not those that it declares; the list
 * of rows, in `rows/`, is the table that is printed. `--only` runs the groups with a row whose name contains that.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { Collector } from './support/collector.ts'
import { countOf, type Group, judge, show } from './support/row.ts'

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
    options: { only: { type: 'string', default: '' } },
  })
  for (const workspace of ['.', 'next']) installWorkspace(folder(workspace))
  checkTypes()
  // Imported once what they import is installed.
  const { GROUPS } = await import('./rows/index.ts')
  const chosen = GROUPS.filter(({ rows }) => rows.some(({ name }) => name.includes(values.only)))
  if (chosen.length === 0) throw new Error('no row has such a name')
  const lines = [['row', 'library', 'right', 'missing', 'wrong', 'as declared']]
  const failures: string[] = []
  for (const group of chosen) {
    const found = await runGroup(group)
    lines.push(...found.lines)
    failures.push(...found.failures)
  }
  printTable(lines)
  for (const failure of failures) console.log(`\n${failure}`)
  console.log(`\n${lines.length - 1} rows, ${failures.length} failures`)
  return failures.length === 0 ? 0 : 1
}

/** Checks the programs' types here, because the root does not install what they import. Next checks its application. */
function checkTypes(): void {
  const tsc = folder('../../node_modules/typescript/bin/tsc')
  try {
    execFileSync(process.execPath, [tsc, '-p', folder('.')], { stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    throw new Error(`the type check fails:\n${(error as { stdout: string }).stdout}`)
  }
}

async function runGroup(group: Group): Promise<{ lines: string[][]; failures: string[] }> {
  const collector = new Collector()
  const failures: string[] = []
  const wait = async () => {
    for (const row of group.rows) await collector.waitFor(row.name, countOf(row))
  }
  try {
    await group.run(collector, await collector.start(), wait)
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error))
  } finally {
    await collector.stop()
  }
  const lines = group.rows.map((row) => {
    const { right, missing, wrong } = judge(
      collector.spansOf(row.name),
      (span) => collector.visitOf(span).owner,
    )
    const texts = [String(right), show(missing), show(wrong)]
    const declared = [String(row.right), show(row.missing ?? {}), '']
    const isAsDeclared = texts.join('|') === declared.join('|')
    if (!isAsDeclared)
      failures.push(`${row.name}: declared are ${describe(declared)}; found were ${describe(texts)}`)
    return [row.name, row.library, ...texts, isAsDeclared ? 'yes' : 'NO']
  })
  return { lines, failures }
}

function describe([right, missing, wrong]: readonly string[]): string {
  return `${right} right, missing ${missing || 'none'}, wrong ${wrong || 'none'}`
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
