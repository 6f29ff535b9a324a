/**
 * `npx -y pnpm@12.21.0 test:field [-- --only TEXT | --quick]`: programs that users reported, on the libraries that
 * they use. `--quick` has one case of each kind: `isSlow` in `program.ts`.
 *
 * It installs the libraries in a workspace of its own, which needs Node and the npm registry and nothing else. Every
 * case of every program in `programs/` runs in a process of its own and is a row of the table. A row fails if its
 * spans or the problems that were logged are not those that the case declares. `program.ts` says how to write one.
 */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { checksOf, type Outcome, type Place, programsOf, readCases, runCase } from '../workspaces/cases.ts'
import { type Row, runCommand } from '../workspaces/command.ts'
import { judgeChecks, type Verdict } from '../workspaces/verdict.ts'
import { checkTypes, installedVersion } from '../workspaces/workspace.ts'
import type { Case } from './program.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

await runCommand({
  columns: ['program', 'library', 'case', 'right', 'missing', 'wrong', 'problems'],
  flags: ['quick'],
  workers: 2,
  async rows() {
    for (const workspace of workspaces()) installWorkspace(here + workspace)
    checkTypes(here)
    const cases = await Promise.all(programsOf(here).map((program) => readCases<Case>(here, program)))
    return cases.flat().map(rowOf)
  },
})

/** This folder, and those in it that have a lockfile of their own, because their versions conflict. */
function workspaces(): string[] {
  const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const names = folders.map(({ name }) => name).filter((name) => existsSync(`${here}${name}/pnpm-lock.yaml`))
  return ['.', ...names]
}

function rowOf(place: Place<Case>): Row {
  const { program, declared } = place
  return {
    name: [program, nameAndVersion(declared), declared.name],
    isSlow: declared.isSlow ?? false,
    run: async () => judge(await runCase(here, place), declared),
  }
}

function nameAndVersion({ library, folder = '.' }: Case): string {
  if (library === 'node') return `node@${process.version.slice(1)}`
  return installedVersion(here + folder, library)
}

function judge(outcome: Outcome, { expected }: Case): Verdict {
  const { problems = {} } = expected
  const checks = checksOf(outcome, expected, Object.keys(problems))
  const { faults, ...verdict } = judgeChecks(checks, outcome.lines.join('\n'))
  const unsaid = Object.entries(problems).filter(
    ([code, text]) => !outcome.lines.some((line) => line.includes(`"${code}"`) && text.test(line)),
  )
  const texts = unsaid.map(([code, text]) => `no logged line of ${code} says ${text}`)
  return { ...verdict, faults: [...faults, ...texts] }
}
