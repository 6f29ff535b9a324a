import { CELLS } from '../streams/table/cells.ts'
import { markdown as streamsMarkdown } from '../streams/table/markdown.ts'
import { aliasesMarkdown } from './aliases.ts'
import { backendsMarkdown } from './backends.ts'
import { documentsMarkdown } from './documents.ts'
import { frameworksMarkdown } from './frameworks.ts'

/** The parts of the README that are generated from data, by the name in their markers. */
const BLOCKS: Readonly<Record<string, () => string>> = {
  aliases: aliasesMarkdown,
  backends: backendsMarkdown,
  documents: documentsMarkdown,
  frameworks: frameworksMarkdown,
  streams: () => streamsMarkdown(CELLS),
}

/**
 * The README with each block between its markers, `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error if a marker is missing
 */
export function withBlocks(readme: string): string {
  return Object.entries(BLOCKS).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`the README has no ${begin} before ${end}`)
    return `${text.slice(0, from + begin.length)}\n\n${make()}\n\n${text.slice(to)}`
  }, readme)
}
