import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Fence, fencesOf } from './fences.ts'

export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** Decisions and findings quote code of their time. */
const PAGES = ['README.md', 'SECURITY.md', 'packages/*/README.md', 'docs/**/*.md']
const exclude = [
  '**/node_modules/**',
  '**/.*/**',
  'docs/decisions/**',
  'docs/findings/**',
  'docs/reference/api/**',
]

/** The code blocks of all pages, by page; with names, only of the pages whose path contains one. */
export function readPages(names: readonly string[]): Map<string, Fence[]> {
  const paths = globSync(PAGES, { cwd: root, exclude }).sort()
  const chosen = paths.filter((path) => names.length === 0 || names.some((name) => path.includes(name)))
  if (chosen.length === 0) throw new Error(`no page is called ${names.join(' or ')}`)
  return new Map(chosen.map((path) => [path, fencesOf(path, readFileSync(root + path, 'utf8'))]))
}
