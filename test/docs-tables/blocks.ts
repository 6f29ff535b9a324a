import { CELLS } from '../streams/table/cells.ts'
import { markdown as streamsMarkdown } from '../streams/table/markdown.ts'
import { aliasesMarkdown, neverAliasesMarkdown } from './aliases.ts'
import { backendsMarkdown } from './backends.ts'
import { codesMarkdown } from './codes.ts'
import { comparisonMarkdown } from './comparison.ts'
import { differencesMarkdown, keptMarkdown } from './contract.ts'
import { documentsMarkdown } from './documents.ts'
import { entryFrameworksMarkdown, entryLazyMarkdown, entryMarkdown, entryOwnMarkdown } from './entry.ts'
import { FRAMEWORK_PAGES, frameworkMarkdown, frameworksMarkdown } from './frameworks.ts'
import { casesMarkdown, recordingsMarkdown } from './recordings.ts'
import { conventionsMarkdown, usageMarkdown } from './usage.ts'

type Blocks = Readonly<Record<string, () => string>>

/** The parts of pages that are generated from data: by the page's path in `docs/`, then by the name in their markers. */
export const PAGES: Readonly<Record<string, Blocks>> = {
  'reference/aliases.md': { aliases: aliasesMarkdown, 'never-aliases': neverAliasesMarkdown },
  'reference/backends.md': { backends: backendsMarkdown },
  'reference/contract.md': { differences: differencesMarkdown, kept: keptMarkdown },
  'reference/streams.md': { streams: () => streamsMarkdown(CELLS) },
  'contributing/recordings.md': {
    cases: casesMarkdown,
    recordings: recordingsMarkdown,
    usage: usageMarkdown,
  },
  'contributing/source-documents.md': { documents: documentsMarkdown },
  'migration/comparison.md': {
    comparison: comparisonMarkdown,
    entry: entryMarkdown,
    'entry-frameworks': entryFrameworksMarkdown,
    'entry-lazy': entryLazyMarkdown,
  },
  'migration/own-processor.md': { 'entry-own': entryOwnMarkdown },
  'guide/troubleshooting.md': { codes: codesMarkdown },
  'guide/usage-and-cost.md': { conventions: conventionsMarkdown },
  'frameworks/index.md': { frameworks: frameworksMarkdown },
  ...Object.fromEntries(
    FRAMEWORK_PAGES.map((page) => [
      `frameworks/${page}.md`,
      { [`framework-${page}`]: () => frameworkMarkdown(page) },
    ]),
  ),
}

/**
 * The page with each block between its markers, `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error if a marker is missing
 */
export function withBlocks(page: string, blocks: Blocks): string {
  return Object.entries(blocks).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`the page has no ${begin} before ${end}`)
    return `${text.slice(0, from + begin.length)}\n\n${make()}\n\n${text.slice(to)}`
  }, page)
}
