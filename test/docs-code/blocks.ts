import type { Fence } from './fences.ts'
import { isFile } from './fences.ts'
import { readTopLevel } from './imports.ts'

/** A code block as a module to compile. */
export interface Block {
  readonly fence: Fence
  /** Where the module is written, below the folder of all modules. */
  readonly file: string
  /** One line of imports that earlier blocks of the page have, then the code: line 2 is the first of the block. */
  readonly text: string
}

/** The modules of a page's code blocks. A block sees the imports of earlier ones, unless it has the name itself. */
export function blocksOf(page: string, fences: readonly Fence[]): Block[] {
  const folder = page.replace(/\.md$/, '').replaceAll('/', '-')
  const seen = new Map<string, string>()
  const files = new Set<string>()
  return fences.map((fence) => {
    const { imports, declared } = readTopLevel(fence.code)
    const inherited = [...seen].filter(
      ([name, text]) =>
        !imports.has(name) && !declared.has(name) && !(fence.language === 'js' && isTypeImport(text)),
    )
    for (const [name, text] of imports) seen.set(name, text)
    const prelude = [...inherited.map(([, text]) => text), 'export {}'].join('; ')
    const file = fileOf(fence, folder, files)
    files.add(file)
    return { fence, file, text: `${prelude}\n${fence.code}\n` }
  })
}

const isTypeImport = (text: string) => /^import (type|\{ type) /.test(text)

function fileOf(fence: Fence, folder: string, taken: ReadonlySet<string>): string {
  const named = `${folder}/${fence.name}`
  // Files of one page import each other by name. A second one of that name, as in a code group, stands alone.
  if (isFile(fence) && !taken.has(named)) return named
  return `${folder}/line-${fence.line}.${fence.language}`
}
