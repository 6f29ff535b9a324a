/**
 * `npx -y pnpm@12.21.0 traces [options] [name…]`: records what real libraries export for conversations whose usage is
 * known, as `recording.ts` describes.
 */
import { parseArgs } from 'node:util'
import { CASES, type CaseName } from './cases.ts'
import { chooseFamilies, type FamilyFile, listFamilies } from './support/families.ts'
import { install } from './support/install.ts'
import { runCase } from './support/run-case.ts'
import { readCannot, removeRecording, writeCannot, writeRecording } from './support/store.ts'

const USAGE = `pnpm traces [options] [names]
  names        only these workspaces, or the families whose name contains one of these
  --only CASE  only this case`

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
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
  const problems: string[] = []
  for (const family of families) problems.push(...(await recordFamily(family, cases)))
  for (const problem of problems) console.log(problem)
  console.log(problems.length === 0 ? 'All is recorded.' : `${problems.length} cases failed.`)
  return problems.length === 0 ? 0 : 1
}

function chooseCases(only: string | undefined): CaseName[] {
  const all = Object.keys(CASES) as CaseName[]
  const chosen = only === undefined ? all : all.filter((name) => name === only)
  if (chosen.length === 0) throw new Error(`no case is called "${only}"; there are ${all.join(', ')}`)
  return chosen
}

/** Records the cases of one family, and returns what failed. */
async function recordFamily(family: FamilyFile, cases: readonly CaseName[]): Promise<string[]> {
  const cannot: Partial<Record<CaseName, string>> = { ...readCannot(family.name) }
  const problems: string[] = []
  for (const name of cases) {
    const label = `${family.name}, ${name}`
    try {
      const result = await runCase(family, name)
      delete cannot[name]
      if ('cannot' in result) {
        cannot[name] = result.cannot
        removeRecording(family.name, name)
        console.log(`${label}: cannot`)
      } else {
        writeRecording(result)
        const { spans, logs, calls } = result
        console.log(`${label}: ${spans.length} spans, ${logs.length} log records, ${calls.length} calls`)
      }
    } catch (error) {
      problems.push(`${label}: ${error instanceof Error ? error.message : error}`)
      console.log(`${label}: FAILED`)
    }
  }
  writeCannot(family.name, cannot)
  return problems
}
