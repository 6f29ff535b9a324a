/**
 * `npx -y pnpm@12.21.0 traces [options] [name…]`: records what real libraries export for conversations whose usage is
 * known, as `recording.ts` describes.
 */
import { parseArgs } from 'node:util'
import { CASES, type CaseName } from './cases.ts'
import { compareWithStored } from './support/compare.ts'
import { chooseFamilies, type FamilyFile, listFamilies } from './support/families.ts'
import { install } from './support/install.ts'
import { type Result, runCase } from './support/run-case.ts'
import { listStored, writeResult } from './support/store.ts'

const USAGE = `pnpm traces [options] [names]
  names        only these workspaces, or the families whose name contains one of these
  --only CASE  only this case
  --check      compare with the recordings instead of writing them: versions, calls, and of spans and log records names,
               scopes, parents, attribute keys and usage`

/** At the same time: most of a case is the start of one process. */
const PARALLEL = 2

interface Job {
  readonly family: FamilyFile
  readonly case: CaseName
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const cases = chooseCases(values.only)
  const families = chooseFamilies(listFamilies(), positionals)
  for (const workspace of new Set(families.map((family) => family.workspace))) {
    console.log(`${workspace}: installing, checking types`)
    install(workspace)
  }
  const jobs = families.flatMap((family) => cases.map((name) => ({ family, case: name })))
  const problems = await runJobs(jobs, values.check ? compareWithStored : writeResult)
  if (values.check) problems.push(...findOrphans())
  for (const problem of problems) console.log(`\n${problem}`)
  console.log(`${jobs.length} cases of ${families.length} families, ${problems.length} failed`)
  return problems.length === 0 ? 0 : 1
}

function chooseCases(only: string | undefined): CaseName[] {
  const all = Object.keys(CASES) as CaseName[]
  const chosen = only === undefined ? all : all.filter((name) => name === only)
  if (chosen.length === 0) throw new Error(`no case is called "${only}"; there are ${all.join(', ')}`)
  return chosen
}

/** Recordings whose program is gone. */
function findOrphans(): string[] {
  const names = new Set(listFamilies().map((family) => family.name))
  return listStored()
    .filter((name) => !names.has(name))
    .map((name) => `${name}: it is recorded, and no workspace has its program`)
}

type Finish = (family: string, name: CaseName, result: Result) => void

/** Runs all jobs, a few at a time, and returns what failed. */
async function runJobs(jobs: readonly Job[], finish: Finish): Promise<string[]> {
  const problems: string[] = []
  const waiting = jobs[Symbol.iterator]()
  const worker = async () => {
    for (const { family, case: name } of waiting) {
      const label = `${family.name}, ${name}`
      try {
        const result = await runCase(family, name)
        finish(family.name, name, result)
        console.log(`${label}: ${describe(result)}`)
      } catch (error) {
        problems.push(`${label}: ${error instanceof Error ? error.message : error}`)
        console.log(`${label}: FAILED`)
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  return problems
}

function describe(result: Result): string {
  if ('cannot' in result) return 'not possible'
  const { spans, logs, calls } = result
  return `${spans.length} spans, ${logs.length} log records, ${calls.length} calls`
}
