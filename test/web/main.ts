/**
 * `npx -y pnpm@12.21.0 test:web [-- --only TEXT]`: the helpers of fetch handlers, Hono, Next.js and Lambda, on the real
 * frameworks, runtimes and instrumentations. Two users send each request at the same time, and meet inside its handler.
 *
 * It installs them in workspaces of their own, which needs Node and the npm registry and nothing else, checks the types
 * of the programs, and builds the Next.js application. A row fails if its spans are not those that it declares; the list
 * of rows, in `rows/`, is the table that is printed. Rows that share what
 * they start are run together, whichever of them `--only` asks for.
 */
import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { type Row as RowOfTable, runCommand } from '../workspaces/command.ts'
import { judgeChecks, show } from '../workspaces/verdict.ts'
import { checkTypes } from '../workspaces/workspace.ts'
import { Collector } from './support/collector.ts'
import { countOf, type Group, judge } from './support/row.ts'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

await runCommand({
  columns: ['row', 'library', 'right', 'missing', 'wrong'],
  async rows() {
    for (const workspace of ['.', 'next']) installWorkspace(folder(workspace))
    // Next checks its application.
    checkTypes(folder('.'))
    // Imported once what they import is installed.
    const { GROUPS } = await import('./rows/index.ts')
    return GROUPS.flatMap(rowsOf)
  },
})

function rowsOf(group: Group): RowOfTable[] {
  let running: ReturnType<typeof runGroup> | undefined
  return group.rows.map(({ name, library, right, missing = {} }) => ({
    name: [name, library],
    async run() {
      running ??= runGroup(group)
      const { collector, failure } = await running
      const found = judge(collector.spansOf(name), (span) => collector.visitOf(span).owner)
      const { faults, ...verdict } = judgeChecks([
        ['right', String(found.right), String(right)],
        ['missing', show(found.missing), show(missing)],
        ['wrong', show(found.wrong), ''],
      ])
      return { ...verdict, faults: failure === undefined ? faults : [failure, ...faults] }
    },
  }))
}

/** Runs a group. The spans that have arrived are judged, also if it fails. */
async function runGroup(group: Group): Promise<{ collector: Collector; failure: string | undefined }> {
  const collector = new Collector()
  const wait = async () => {
    for (const row of group.rows) await collector.waitFor(row.name, countOf(row))
  }
  let failure: string | undefined
  try {
    await group.run(collector, await collector.start(), wait)
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
  } finally {
    await collector.stop()
  }
  return { collector, failure }
}
