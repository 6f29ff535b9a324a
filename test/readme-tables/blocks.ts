import { CELLS } from '../streams/table/cells.ts'
import { markdown as streamsMarkdown } from '../streams/table/markdown.ts'
import { aliasesMarkdown } from './aliases.ts'
import { dialectsMarkdown } from './dialects.ts'
import { documentsMarkdown } from './documents.ts'
import { frameworksMarkdown } from './frameworks.ts'

/** What of the README is written from data, by the name in its marks. */
const BLOCKS: Readonly<Record<string, () => string>> = {
  aliases: aliasesMarkdown,
  dialects: dialectsMarkdown,
  documents: documentsMarkdown,
  frameworks: frameworksMarkdown,
  streams: () => streamsMarkdown(CELLS),
}

/**
 * The README with each block between its marks, `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error when marks are missing
 */
export function withBlocks(readme: string): string {
  return Object.entries(BLOCKS).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`the README has no ${begin} before ${end}`)
    return `${text.slice(0, from + begin.length)}\n\n${make()}\n\n${text.slice(to)}`
  }, readme)
}
