/**
 * `npx -y pnpm@12.21.0 test:vendors [-- --only TEXT]`: `sessionProcessors` in existing set-ups, and in front of vendors'
 * processors.
 *
 * It installs a workspace for each line of the SDK, which needs Node and the npm registry and nothing else. Every row runs
 * twice, each time in a process of its own: as it is, and with `sessionProcessors`. A row fails if a span is missing, comes
 * twice, or has the wrong session, or if anything but the session differs between both. `row.ts` says how to write one.
 */
import { execFileSync, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { sessionOf, USER } from './application.ts'
import type { Row, Sent, SentSpan } from './row.ts'
import type { Outcome } from './run-row.ts'

const LINES = ['sdk-1', 'sdk-2', 'sdk-3']
const MODULES = [
  'sdk-1/set-ups',
  'sdk-2/set-ups',
  'sdk-3/set-ups',
  'sdk-2/langfuse',
  'sdk-2/openinference',
  'sdk-2/traceloop',
  'sdk-2/sentry',
  'sdk-2/aws',
  'sdk-3/sentry',
]
/** What we add, under any key. The rest must be the same. */
const OURS = [
  'session.id',
  'user.id',
  'langfuse.session.id',
  'langfuse.user.id',
  'gen_ai.conversation.id',
  'traceloop.association.properties.session_id',
  'traceloop.association.properties.user_id',
]
/** Far more than a slow machine needs: something hangs. */
const DEADLINE_MILLIS = 600_000
/** Rows that run at the same time. */
const WORKERS = 2

interface Planned {
  readonly module: string
  readonly number: number
  readonly row: Row
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
    options: { only: { type: 'string', default: '' } },
  })
  for (const line of LINES) installWorkspace(folder(line))
  checkTypes()
  const planned = (await Promise.all(MODULES.map(readRows)))
    .flat()
    .filter(({ module, row }) => `${module}: ${row.name}`.includes(values.only))
  if (planned.length === 0) throw new Error(`no row contains ${values.only}`)
  const results = new Map<Planned, string[]>()
  const lines = [['set-up', 'library', 'sent by', 'spans', 'sessions right', 'as without', 'verdict']]
  const waiting = planned.values()
  const cells = new Map<Planned, string[]>()
  const worker = async () => {
    for (const each of waiting) {
      const runs = await Promise.all(['without', 'with'].map((mode) => runRow(each, mode)))
      const judged = judge(each.row, runs)
      results.set(each, judged.wrong)
      cells.set(each, judged.cells)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, worker))
  for (const each of planned) {
    const verdict = results.get(each)?.length === 0 ? 'yes' : 'NO'
    lines.push([each.row.name, versionOf(each), ...(cells.get(each) ?? []), verdict])
  }
  printTable(lines)
  for (const [{ row }, wrong] of results) for (const text of wrong) console.log(`\n${row.name}: ${text}`)
  const failed = [...results.values()].filter((wrong) => wrong.length > 0).length
  console.log(`\n${planned.length - failed} rows as declared, ${failed} not`)
  return failed === 0 ? 0 : 1
}

/** Checks the types of each line here: the array that `sessionProcessors` returns must fit its SDK. */
function checkTypes(): void {
  const tsc = folder('../../node_modules/typescript/bin/tsc')
  try {
    execFileSync(process.execPath, [tsc, '-p', folder('.')], { stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    throw new Error(`the type check fails:\n${(error as { stdout: string }).stdout}`)
  }
}

async function readRows(module: string): Promise<Planned[]> {
  // The rows of a module are listed by a process of their own: libraries patch what they find.
  const listed = execFileSync(process.execPath, [folder('list-rows.ts'), `./${module}.ts`], {
    encoding: 'utf8',
  })
  const rows = JSON.parse(listed.slice(listed.lastIndexOf('\n', listed.length - 2) + 1)) as Row[]
  return rows.map((row, number) => ({ module, number, row }))
}

function runRow({ module, number }: Planned, mode: string): Promise<Outcome | Error> {
  return new Promise((resolve) => {
    const child = fork(folder('run-row.ts'), [`./${module}.ts`, String(number), mode], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      timeout: DEADLINE_MILLIS,
      serialization: 'advanced',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
    child.on('message', (outcome) => resolve(outcome as Outcome))
    child.on('error', resolve)
    child.on('close', (code, signal) =>
      resolve(new Error(`${mode}: it ended with ${signal ?? code}: ${output}`)),
    )
  })
}

function judge(row: Row, runs: readonly (Outcome | Error)[]): { cells: string[]; wrong: string[] } {
  const [without, withOurs] = runs
  if (without instanceof Error || withOurs instanceof Error || !without || !withOurs) {
    return { cells: ['', '', '', ''], wrong: runs.map((run) => (run instanceof Error ? run.message : '')) }
  }
  const wrong = [...without.wrong.map((text) => `without: ${text}`), ...withOurs.wrong]
  if (withOurs.failures > 0) wrong.push(`${withOurs.failures} calls of a processor threw`)
  const ends = Object.keys(without.sent.spans)
  const counts = { spans: 0, right: 0, same: 0 }
  for (const end of ends) {
    const [before, after] = [without.sent.spans[end] ?? [], withOurs.sent.spans[end] ?? []]
    const ids = new Set(after.map(({ spanId }) => spanId))
    if (ids.size !== after.length) wrong.push(`${end}: ${after.length - ids.size} spans come twice`)
    if (before.length !== after.length || before.length === 0) {
      wrong.push(`${end}: ${before.length} spans without, ${after.length} with`)
    }
    const bad = after.filter(({ attributes }) => attributes['session.id'] !== sessionOf(attributes[USER]))
    // Without backfill, what ends before the session is known has none.
    const isWrong = (span: SentSpan) => row.backfill !== false || span.attributes['session.id'] !== undefined
    for (const { name, attributes } of bad.filter(isWrong).slice(0, 3)) {
      wrong.push(`${end}: ${name} of ${attributes[USER]} has the session ${attributes['session.id']}`)
    }
    const [one, other] = [comparable(before), comparable(after)]
    const differing = other.filter((span, index) => !isDeepStrictEqual(span, one[index]))
    if (differing.length !== (row.differing ?? 0)) {
      wrong.push(`${end}: ${differing.length} spans differ, declared ${row.differing ?? 0}`)
    }
    for (const span of row.differing === undefined ? differing.slice(0, 2) : []) {
      wrong.push(
        `${end}: with:\n${JSON.stringify(span)}\nwithout:\n${JSON.stringify(one[other.indexOf(span)])}`,
      )
    }
    counts.spans += after.length
    counts.right += after.length - bad.length
    counts.same += after.length - differing.length
  }
  const isSame = isDeepStrictEqual(without.sent.others, withOurs.sent.others)
  if (!isSame) {
    const text = (sent: Sent) => JSON.stringify(sent.others, undefined, 1)
    wrong.push(`others: with:\n${text(withOurs.sent)}\nwithout:\n${text(without.sent)}`)
  }
  const others = withOurs.sent.others === undefined ? '' : isSame ? ', others' : ', others differ'
  return {
    cells: [ends.join(', '), String(counts.spans), String(counts.right), `${counts.same}${others}`],
    wrong,
  }
}

/** Spans without what differs between two runs, and without the session, in an order of their own. */
function comparable(spans: readonly SentSpan[]): unknown[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const all = spans.map(({ spanId: _, parentSpanId, attributes, ...span }) => {
    const own = Object.entries(attributes).filter(([key]) => !OURS.includes(key))
    const parent = parentSpanId === undefined ? undefined : byId.get(parentSpanId)?.name
    return { ...span, attributes: Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1))), parent }
  })
  return all.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}

function versionOf({ module, row }: Planned): string {
  const line = module.split('/')[0]
  const file = readFileSync(folder(`${line}/node_modules/${row.library}/package.json`), 'utf8')
  const { name, version } = JSON.parse(file) as { name: string; version: string }
  return `${name}@${version}`
}

function printTable(lines: readonly (readonly string[])[]): void {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  for (const line of lines) {
    console.log(
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}
