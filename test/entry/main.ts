/**
 * `npx -y pnpm@12.21.0 test:entry [-- --quick | --only TEXT | --update]`: one application on several frameworks, with our
 * helpers and, on Express, with those of others; the application is that of `work/work.ts`.
 *
 * Each row runs in a process of its own, with the requests of two users at the same time. Every span that arrives is
 * compared with the user whose work it is. With our helpers every span must be right. The other rows must give what
 * `results.json` has. `--quick` runs the rows of Express and of one other framework.
 */
import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { type Row as RowOfTable, runCommand } from '../workspaces/command.ts'
import { type Counts, show } from '../workspaces/verdict.ts'
import { checkTypes } from '../workspaces/workspace.ts'
import { QUICK, ROWS, type Row } from './rows.ts'
import type { Verdict } from './support/judge.ts'
import { findDifferences, findFaults, keyOf, writeResults } from './support/results.ts'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The spans, and the right ones, of the rows in which all must be right. */
const ours = { spans: 0, right: 0 }

await runCommand({
  columns: ['framework', 'helper', 'spans', 'right', 'missing', 'wrong', 'twice'],
  flags: ['quick', 'update'],
  // With two at a time a machine of two cores is no faster.
  workers: 1,
  async rows({ update }) {
    for (const workspace of ['.', 'alone', 'together']) installWorkspace(folder(workspace))
    for (const project of ['.', 'apps/next']) checkTypes(folder(project))
    // It imports what has just been installed.
    const { runRow } = await import('./support/run.ts')
    return ROWS.map((row) => rowOf(row, () => runRow(row), update))
  },
  footer: () => [`in the rows in which all must be right: ${ours.right} of ${ours.spans} spans are`],
})

/** @param isUpdate whether the result is written to `results.json`, and not compared with it */
function rowOf(row: Row, run: () => Promise<Verdict>, isUpdate: boolean): RowOfTable {
  return {
    name: [row.framework, row.name],
    isSlow: !QUICK.includes(row.framework),
    async run() {
      const verdict = await run()
      if (isUpdate) writeResults({ [keyOf(row)]: verdict })
      const { spans, right, missing, wrong, doubled } = verdict
      if (row.isOurs) {
        ours.spans += spans
        ours.right += right
      }
      return {
        cells: [spans, right, total(missing), total(wrong), doubled].map(String),
        faults: [...findFaults(row, verdict), ...findDifferences(row, verdict)],
        remarks: [...remark('missing', missing), ...remark('wrong', wrong)],
      }
    },
  }
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function remark(what: string, counts: Counts): string[] {
  return total(counts) > 0 ? [`${what}: ${show(counts)}`] : []
}
