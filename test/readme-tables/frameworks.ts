import { FRAMEWORKS, ORDERS } from '../frameworks/rows.ts'
import { markdown, remarks } from '../frameworks/support/markdown.ts'
import { readResults } from '../frameworks/support/results.ts'

/** The tables of results with real frameworks, each followed by the remarks on single rows. */
export function frameworksMarkdown(): string {
  const results = readResults()
  const parts = [
    markdown(FRAMEWORKS, results),
    remarks(FRAMEWORKS),
    'With the processor of another library, by the order in which both are registered:',
    markdown(ORDERS, results),
    remarks(ORDERS),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}
