// Checks the code of the documentation against the packages as they would be published: every block compiles, and
// every whole program, run in an empty project, exports the spans that docs/code/programs.ts lists. Examples that a page
// includes run beside them, and export what test/examples/expected.ts lists.
//
//   pnpm docs:check-code                everything
//   pnpm docs:check-code --types        only the types
//   pnpm docs:check-code --programs     only the programs
//   pnpm docs:check-code streams.md     only pages whose path contains this
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pack } from '../../scripts/pack.mjs'
import { blocksOf } from './blocks.ts'
import type { Fence } from './fences.ts'
import { readPages, root } from './pages.ts'
import { EXAMPLE_FOR_SDK_3, findPrograms } from './programs/find.ts'
import { isExample, runIncluded } from './programs/included.ts'
import { runPrograms } from './programs/run.ts'
import { checkTypes } from './types.ts'
import { uncheckedProblems } from './unchecked.ts'
import { installWithPackages } from './workspace.ts'

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  allowPositionals: true,
  options: { types: { type: 'boolean', default: false }, programs: { type: 'boolean', default: false } },
})
const everything = !values.types && !values.programs
const pages = readPages(positionals)

/** Other names of the languages, which are not used: one name each is enough. */
const OTHER_NAMES = new Set(['typescript', 'javascript', 'mts', 'mjs', 'cts', 'cjs', 'tsx', 'jsx'])

const fail = (text: string) => {
  console.error(text)
  process.exitCode = 1
}

/** The workspaces with what the blocks import. A page's blocks are compiled in the first, those for SDK 3 in the other. */
const WORKSPACES = ['docs/code', 'docs/code/sdk-3'] as const
const workspaceOf = ({ code }: Fence) => WORKSPACES[/ from '@opentelemetry\/sdk-trace'/.test(code) ? 1 : 0]

function blocksIn(workspace: string) {
  const belongs = (fence: Fence) =>
    ['ts', 'js'].includes(fence.language) &&
    !fence.flags.includes('no-check') &&
    workspaceOf(fence) === workspace
  return [...pages].flatMap(([page, fences]) => blocksOf(page, fences.filter(belongs)))
}

function types(tarballs: Record<string, string>) {
  const fences = [...pages.values()].flat()
  for (const { page, line, language } of fences) {
    if (OTHER_NAMES.has(language)) fail(`${page}:${line}: call it ts or js, not ${language}`)
  }
  for (const problem of uncheckedProblems(fences)) fail(problem)
  for (const workspace of WORKSPACES) {
    const blocks = blocksIn(workspace)
    if (blocks.length === 0) continue
    const folder = join(root, workspace)
    installWithPackages(folder, tarballs)
    const problems = checkTypes(folder, blocks)
    for (const { page, line, text } of problems) fail(`${page}:${line}: ${text}`)
    const on = new Set(blocks.map(({ fence }) => fence.page)).size
    console.log(`types in ${workspace}: ${blocks.length} blocks on ${on} pages, ${problems.length} errors`)
  }
  for (const { page, line, flags } of fences) {
    if (flags.includes('no-check')) console.log(`${page}:${line} is not checked`)
  }
}

async function programs(tarballs: Record<string, string>) {
  const { found, problems } = findPrograms(pages, positionals.length === 0)
  if (positionals.length === 0) found.push(EXAMPLE_FOR_SDK_3)
  for (const problem of problems) fail(problem)
  const examples = [...pages.keys()].filter(isExample)
  const frameworks = join(root, WORKSPACES[0])
  if (examples.length > 0) installWithPackages(frameworks, tarballs)
  const results = [...(await runPrograms(found, tarballs)), ...(await runIncluded(examples, frameworks))]
  for (const { place, problems } of results) {
    console.log(`${place}: ${problems.length === 0 ? 'ok' : 'FAILED'}`)
    for (const problem of problems) fail(problem.replace(/^/gm, '    '))
  }
}

const packed = pack()
try {
  if (everything || values.types) types(packed.tarballs)
  if (everything || values.programs) await programs(packed.tarballs)
} finally {
  packed.remove()
}
