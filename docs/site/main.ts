// Builds the documentation site and checks it, or serves it while it is written: `build` (the default) or `dev`.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { builtPages, deadLinks, otherHosts } from './checks/built-pages.ts'
import { scriptNames, unknownCodes } from './checks/problem-codes.ts'

/** The folder `docs/`. */
const docs = fileURLToPath(new URL('..', import.meta.url))
const dist = `${docs}.vitepress/dist`

/** Runs a program of this workspace; its failure ends this one. */
function run(program: string, ...options: string[]): void {
  const { status } = spawnSync(program, options, { cwd: docs, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const pages = () => globSync(['**/*.md'], { cwd: docs, exclude: ['node_modules', 'reference/api', 'code'] })

/** What VitePress does not check, each with what was found. */
async function findProblems(): Promise<Record<string, string[]>> {
  const scripts = scriptNames()
  const { QUESTIONS } = await import('./questions.ts')
  const { loadSearch, unanswered } = await import('./checks/search.ts')
  return {
    'links to a page or heading that is not there': deadLinks(builtPages(dist)),
    'loaded from another host': otherHosts(dist),
    'problem codes that do not exist': pages().flatMap((page) =>
      unknownCodes(readFileSync(`${docs}${page}`, 'utf8'), scripts).map((code) => `${page}: ${code}`),
    ),
    'questions that the search does not answer': unanswered(QUESTIONS, await loadSearch(dist)),
  }
}

const [mode = 'build'] = process.argv.slice(2)
installWorkspace(docs)
if (mode === 'build') run('../node_modules/.bin/tsc', '-p', '.')
if (mode === 'build' || !existsSync(`${docs}reference/api`)) run(process.execPath, 'site/api.ts')
run('node_modules/.bin/vitepress', mode)
if (mode === 'build') {
  for (const [what, found] of Object.entries(await findProblems())) {
    if (found.length === 0) continue
    console.error(`${what}:\n  ${found.join('\n  ')}`)
    process.exitCode = 1
  }
  if (process.exitCode !== 1) console.log(`the site is in ${dist}`)
}
