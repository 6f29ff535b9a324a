import { CELLS } from './table/cells.ts'
import { markdown } from './table/markdown.ts'

const BEGIN = '<!-- stream-table -->'
const END = '<!-- /stream-table -->'

/** The README with the table of the list between its marks. */
export function withTable(readme: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`the README has no ${BEGIN} before ${END}`)
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${markdown(CELLS)}\n\n${readme.slice(end)}`
}
