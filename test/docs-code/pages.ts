import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
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

/**
 * The code blocks of all pages, by page; with names, only of the pages whose path contains one. A file that a page
 * includes with `<<<` is a page of its own here, with one block.
 */
export function readPages(names: readonly string[]): Map<string, Fence[]> {
  const paths = globSync(PAGES, { cwd: root, exclude }).sort()
  const chosen = paths.filter((path) => names.length === 0 || names.some((name) => path.includes(name)))
  if (chosen.length === 0) throw new Error(`no page is called ${names.join(' or ')}`)
  const texts = chosen.map((path) => [path, readFileSync(root + path, 'utf8')] as const)
  const included = texts.flatMap(([path, text]) => includedIn(path, text))
  const pages = new Map(texts.map(([path, text]) => [path, fencesOf(path, text)]))
  for (const fence of included) pages.set(fence.page, [fence])
  return pages
}

/** The files that a page includes. VitePress shows a missing one as text, without an error. */
function includedIn(page: string, markdown: string): Fence[] {
  return [...markdown.matchAll(/^<<< (\S+)/gm)].map(([, path = '']) => {
    const file = join(dirname(page), path)
    if (!existsSync(root + file)) throw new Error(`${page} includes ${path}, which does not exist`)
    const code = readFileSync(root + file, 'utf8')
    return { page: file, line: 0, language: extname(file).slice(1), name: undefined, flags: [], code }
  })
}
