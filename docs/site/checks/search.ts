import { readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import MiniSearch, { type Options } from 'minisearch'
import { search as options } from '../../.vitepress/search.ts'

/** A question in the words of a user, and the pages that answer it. */
export interface Question {
  readonly asks: string
  /** One of them is to be among the first three pages. */
  readonly pages: readonly string[]
}

/** The search that the site has, from the index that was built for it. */
export async function loadSearch(dist: string): Promise<(text: string) => string[]> {
  const folder = `${dist}/assets/chunks`
  const file = readdirSync(folder).find((name) => name.startsWith('@localSearchIndexroot'))
  if (file === undefined) throw new Error(`no search index in ${folder}`)
  const { default: json } = await import(pathToFileURL(`${folder}/${file}`).href)
  // As VitePress does it in the browser.
  const { options: more = {}, searchOptions = {} } = options.miniSearch ?? {}
  const index = MiniSearch.loadJSON(json, {
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
    searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 }, ...searchOptions },
    ...more,
  } as Options)
  return (text) => index.search(text).map(({ id }) => String(id))
}

/** Questions whose answer is not among the first three pages that are found, with what is found. */
export function unanswered(questions: readonly Question[], search: (text: string) => string[]): string[] {
  return questions.flatMap(({ asks, pages }) => {
    const found = [...new Set(search(asks).map((id) => id.split('#', 1)[0] ?? ''))].slice(0, 3)
    if (pages.some((page) => found.includes(page))) return []
    return [`"${asks}" finds ${found.join(', ') || 'nothing'}; wanted: ${pages.join(' or ')}`]
  })
}
