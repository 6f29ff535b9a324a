// Checks the code of the documentation against the packages as they would be published: every block compiles, and
// every whole program, run in an empty project, exports the spans that docs/code/programs.ts lists.
//
//   pnpm docs:check-code                everything
//   pnpm docs:check-code --types        only the types
//   pnpm docs:check-code --programs     only the programs
//   pnpm docs:check-code streams.md     only pages whose path contains this
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pack } from '../../scripts/pack.mjs'
import { blocksOf } from './blocks.ts'
import type { Fence } from './fences.ts'
import { readPages, root } from './pages.ts'
import { checkTypes } from './types.ts'
import { uncheckedProblems } from './unchecked.ts'
import { installWorkspace } from './workspace.ts'

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

/** The blocks of a set of packages: those of SDK 3 conflict with the others. */
function blocksOfSet(set: 'main' | 'sdk-3') {
  const belongs = ({ language, flags }: Fence) =>
    ['ts', 'js'].includes(language) &&
    !flags.includes('no-check') &&
    flags.includes('sdk-3') === (set === 'sdk-3')
  return [...pages].flatMap(([page, fences]) => blocksOf(page, fences.filter(belongs)))
}

function types(tarballs: Record<string, string>) {
  const fences = [...pages.values()].flat()
  for (const { page, line, language } of fences) {
    if (OTHER_NAMES.has(language)) fail(`${page}:${line}: call it ts or js, not ${language}`)
  }
  for (const problem of uncheckedProblems(fences)) fail(problem)
  for (const set of ['main', 'sdk-3'] as const) {
    const blocks = blocksOfSet(set)
    const workspace = join(root, set === 'main' ? 'docs/code' : 'docs/code/sdk-3')
    if (blocks.length === 0 || !existsSync(workspace)) continue
    installWorkspace(workspace, tarballs)
    const problems = checkTypes(workspace, blocks)
    for (const { page, line, text } of problems) fail(`${page}:${line}: ${text}`)
    const on = new Set(blocks.map(({ fence }) => fence.page)).size
    console.log(
      `${set === 'main' ? '' : `${set}: `}${blocks.length} blocks on ${on} pages, ${problems.length} errors`,
    )
  }
  for (const { page, line, flags } of fences) {
    if (flags.includes('no-check')) console.log(`${page}:${line} is not checked`)
  }
}

const packed = pack()
try {
  if (everything || values.types) types(packed.tarballs)
} finally {
  packed.remove()
}
