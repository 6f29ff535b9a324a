// Checks the prose of the documentation: spelling with cspell, terms and sentences with textlint. The doc comments of
// the packages are checked for spelling only.
//
//   pnpm docs:prose                all pages
//   pnpm docs:prose streams.md     only pages whose path contains this; no doc comments
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../../scripts/install-workspace.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const prose = fileURLToPath(new URL('.', import.meta.url))

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'packages/*/README.md',
  'packages/*/CHANGELOG.md',
  'examples/collector/README.md',
  '.github/**/*.md',
  'docs/**/*.md',
]
const exclude = ['**/node_modules/**', 'docs/.vitepress/**', 'docs/reference/api/**']

const SPELLING = ['lint', '--config', `${prose}cspell.json`, '--no-progress', '--no-summary', '--dot']

const names = process.argv.slice(2).filter((arg) => arg !== '--')
const pages = globSync(PAGES, { cwd: root, exclude }).filter(
  (path) => names.length === 0 || names.some((name) => path.includes(name)),
)
const sources = names.length === 0 ? globSync('packages/*/src/**/*.ts', { cwd: root }) : []

/** Runs a program in the root; its output is printed in one piece. */
async function run(what: string, program: string, ...options: string[]): Promise<void> {
  const child = spawn(program, options, { cwd: root })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text
    })
  }
  const [code] = await once(child, 'close')
  console.log(`${what}: ${code === 0 ? 'ok' : 'FAILED'}\n${output}`.trim())
  if (code !== 0) process.exitCode = 1
}

installWorkspace(prose)
await Promise.all([
  run('spelling', `${prose}node_modules/.bin/cspell`, ...SPELLING, ...pages, ...sources),
  run('terms and sentences', process.execPath, `${prose}lint.mjs`, ...pages),
])
console.log(`${pages.length} pages, doc comments of ${sources.length} files`)
