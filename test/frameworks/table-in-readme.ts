import { FRAMEWORKS, ORDERS } from './rows.ts'
import { markdown, remarks } from './support/markdown.ts'
import { readResults } from './support/results.ts'

const BEGIN = '<!-- frameworks -->'
const END = '<!-- /frameworks -->'

/**
 * The README with what was measured between its marks.
 *
 * @throws Error when the marks are missing, or a row has no result
 */
export function withTable(readme: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`the README has no ${BEGIN} before ${END}`)
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${block()}\n\n${readme.slice(end)}`
}

function block(): string {
  const results = readResults()
  return [
    markdown(FRAMEWORKS, results),
    remarks(FRAMEWORKS),
    'Beside the processor of another library, by the order in which it and ours are registered:',
    markdown(ORDERS, results),
    remarks(ORDERS),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}
