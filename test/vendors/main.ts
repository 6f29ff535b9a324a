/**
 * `npx -y pnpm@12.21.0 test:vendors [-- --only TEXT]`: `sessionProcessors` in existing set-ups, and in front of vendors'
 * processors.
 *
 * It installs a workspace for each line of the SDK, which needs Node and the npm registry and nothing else. Every row runs
 * twice, each time in a process of its own: as it is, and with `sessionProcessors`. A row fails if a span is missing, comes
 * twice, or has the wrong session, or if anything but the session differs between both. `row.ts` says how to write one.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { runChild } from '../workspaces/child.ts'
import { type Row as RowOfTable, runCommand } from '../workspaces/command.ts'
import type { Verdict } from '../workspaces/verdict.ts'
import { checkTypes, installedVersion } from '../workspaces/workspace.ts'
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
const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

await runCommand({
  columns: ['rows', 'set-up', 'library', 'sent by', 'spans', 'sessions right', 'as without'],
  workers: 2,
  async rows() {
    for (const line of LINES) installWorkspace(folder(line))
    // Of each line: the array that `sessionProcessors` returns must fit its SDK.
    checkTypes(folder('.'))
    return MODULES.flatMap(readRows)
  },
})

function readRows(module: string): RowOfTable[] {
  // The rows of a module are listed by a process of their own: libraries patch what they find.
  const listed = execFileSync(process.execPath, [folder('list-rows.ts'), `./${module}.ts`], {
    encoding: 'utf8',
  })
  const rows = JSON.parse(listed.slice(listed.lastIndexOf('\n', listed.length - 2) + 1)) as Row[]
  const [line = ''] = module.split('/')
  return rows.map((row, number) => ({
    name: [module, row.name, installedVersion(folder(line), row.library)],
    async run() {
      const [without, withOurs] = await Promise.all([
        runRow(module, number, 'without'),
        runRow(module, number, 'with'),
      ])
      return judge(row, without, withOurs)
    },
  }))
}

async function runRow(module: string, number: number, mode: string): Promise<Outcome> {
  const args = [`./${module}.ts`, String(number), mode]
  try {
    return await runChild(folder('run-row.ts'), args, { serialization: 'advanced' })
  } catch (error) {
    throw new Error(`${mode}: ${(error as Error).message}`)
  }
}

function judge(row: Row, without: Outcome, withOurs: Outcome): Verdict {
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
    faults: wrong,
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
