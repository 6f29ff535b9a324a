/**
 * `npx -y pnpm@12.21.0 test:messages [-- --only TEXT | --require]`: jobs, messages of sockets and calls of MCP of two users
 * at once, on the real libraries, with their instrumentations; and the examples with them (`--only examples`).
 *
 * It installs the libraries in a workspace of its own. Every case of every program in `programs/` runs in a process of its
 * own and is a row of the table. A row fails if its spans or the problems that were logged are not those that the case
 * declares. What needs Redis, and the examples, are skipped with a message where it is missing and Python cannot install
 * it; with `--require` that is a failure.
 */
import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { checksOf, type Place, programsOf, readCases, runCase } from '../workspaces/cases.ts'
import { type Row, runCommand, Skipped } from '../workspaces/command.ts'
import { judgeChecks } from '../workspaces/verdict.ts'
import { checkTypes, installedVersion } from '../workspaces/workspace.ts'
import { copyExamples, EXAMPLES, runExample } from './examples.ts'
import type { Case } from './program.ts'
import { type Redis, startRedis } from './redis.ts'

interface MessagesRow extends Row {
  readonly needsRedis: boolean
}

const here = fileURLToPath(new URL('.', import.meta.url))
/** The server; undefined if no row needs it, or why there is none. */
let redis: Redis | Skipped | undefined

await runCommand<MessagesRow>({
  columns: ['program', 'library', 'case', 'right', 'missing', 'wrong', 'problems'],
  flags: ['require'],
  async rows() {
    installWorkspace(here)
    copyExamples()
    checkTypes(here)
    const cases = await Promise.all(programsOf(here).map((program) => readCases<Case>(here, program)))
    return [...cases.flat().map(rowOfCase), ...EXAMPLES.map(rowOfExample)]
  },
  async before(rows) {
    if (!rows.some(({ needsRedis }) => needsRedis)) return
    redis = await startRedis().catch((error: Error) => new Skipped(`it needs Redis: ${error.message}`))
  },
  async after() {
    if (!(redis instanceof Skipped)) await redis?.stop()
  },
})

function redisPort(): number {
  if (redis instanceof Skipped) throw redis
  return redis?.port ?? 0
}

function rowOfCase(place: Place<Case>): MessagesRow {
  const { program, declared } = place
  const { name, library, expected, needsRedis = false } = declared
  return {
    name: [program, installedVersion(here, library), name],
    needsRedis,
    async run() {
      const outcome = await runCase(here, place, String(needsRedis ? redisPort() : 0))
      return judgeChecks(checksOf(outcome, expected, expected.problems ?? []), outcome.lines.join('\n'))
    },
  }
}

function rowOfExample(file: string): MessagesRow {
  return {
    name: ['examples', '', file],
    needsRedis: true,
    run: async () => ({ cells: [], faults: await runExample(file, redisPort()) }),
  }
}
