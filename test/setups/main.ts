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
import { type Row as RowOfTable, runCommand } from '../workspaces/command.ts'
import { judgeChecks, show, type Verdict } from '../workspaces/verdict.ts'
import { difference } from './judge.ts'
import type { Row } from './row.ts'
import { ROWS } from './rows.ts'
import { type Outcome, runRow } from './run-row.ts'
import { apiOf, prepareWorkspace } from './workspace.ts'

interface SetUpRow extends RowOfTable {
  readonly workspace: Row['workspace']
}

const folders = new Map<string, string>()
const baselines = new Map<string, Promise<Outcome>>()

await runCommand<SetUpRow>({
  columns: [
    ...['SDK', 'set-up', 'begun', 'module', 'how'],
    ...['says', 'right', 'missing', 'wrong', 'lost', 'added', 'doubled', 'ends', 'refused'],
  ],
  flags: ['quick'],
  workers: 2,
  rows: async () =>
    ROWS.map((row) => ({
      name: nameOf(row),
      isSlow: row.isSlow ?? false,
      workspace: row.workspace,
      run: () => judgeRow(row),
    })),
  async before(rows) {
    for (const workspace of new Set(rows.map((row) => row.workspace))) {
      folders.set(workspace, await prepareWorkspace(workspace))
    }
  },
  footer: () => [
    [...folders].map(([name, folder]) => `${name}: @opentelemetry/api ${apiOf(folder)}`).join('\n'),
  ],
})

function folderOf({ workspace }: Row): string {
  return folders.get(workspace) ?? ''
}

function nameOf(row: Row): string[] {
  const { workspace, setup, order, form, flag = '--import', place = '', folder = '', nestedApi } = row
  const how = [flag, place, folder, nestedApi ? 'nested API' : ''].filter((each) => each !== '')
  return [workspace, setup, order, form, how.join(' ')]
}

async function judgeRow(row: Row): Promise<Verdict> {
  const [outcome, without] = [await runRow(row, folderOf(row), true), await baselineOf(row)]
  const { right, missing, wrong, all, repeated, output } = outcome
  const { says, ...expected } = row.expected
  const said = output.split('\n').flatMap((line) => says.exec(line) ?? [])
  return judgeChecks(
    [
      ['says', said.join(' and '), said[0] ?? `something like ${says}`],
      ['right', show(right), show(expected.right)],
      ['missing', show(missing), show(expected.missing ?? {})],
      ['wrong', show(wrong), ''],
      ['lost', show(difference(without.all, all)), ''],
      ['added', show(difference(all, without.all)), show(expected.added ?? {})],
      ['doubled', show(repeated), ''],
      ['ends', outcome.failure ?? without.failure ?? 'by itself', 'by itself'],
      ['refused', /.*Attempted duplicate registration.*/.exec(output)?.[0] ?? '', ''],
    ],
    output,
  )
}

/** The same process without `otel-sessions/register`, once for all orders in which that could be loaded. */
function baselineOf({ workspace, setup, form, folder, order, nestedApi, expected }: Row): Promise<Outcome> {
  const key = [workspace, setup, form, folder, nestedApi].join()
  const row: Row = {
    workspace,
    setup,
    form,
    order: order === '-' ? '-' : 'in code',
    nestedApi: nestedApi ?? false,
    expected,
  }
  const baseline = baselines.get(key) ?? runRow(folder ? { ...row, folder } : row, folderOf(row), false)
  baselines.set(key, baseline)
  return baseline
}
