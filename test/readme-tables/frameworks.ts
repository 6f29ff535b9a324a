import { FRAMEWORKS, ORDERS } from '../frameworks/rows.ts'
import { markdown, remarks } from '../frameworks/support/markdown.ts'
import { readResults } from '../frameworks/support/results.ts'

/** The tables of what was measured of real frameworks, with what is to be said of single rows. */
export function frameworksMarkdown(): string {
  const results = readResults()
  const parts = [
    markdown(FRAMEWORKS, results),
    remarks(FRAMEWORKS),
    'Beside the processor of another library, by the order in which it and ours are registered:',
    markdown(ORDERS, results),
    remarks(ORDERS),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}
