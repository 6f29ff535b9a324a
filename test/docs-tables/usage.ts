import { USAGE_CONVENTIONS } from '../../packages/analytics/src/usage/convention-table.ts'
import type { UsageConvention } from '../../packages/analytics/src/usage/usage-convention.ts'
import { groupBy } from '../real/group.ts'
import { CASES } from '../recordings/cases.ts'
import { knownError } from '../usage/known.ts'
import { type Results, readResults, reasonOf, verdictOf } from '../usage/results.ts'
import { drawTable } from './draw.ts'

/** How each instrumentation counts. */
export const conventionsMarkdown = (): string =>
  drawTable(
    ['instrumentation', 'versions', 'input', 'cache', 'reasoning', 'known from'],
    USAGE_CONVENTIONS.map((each) => [
      [`\`${each.scope}\``, ...(each.spans === undefined ? [] : [each.spans])].join(' '),
      each.below === undefined ? each.seen : `below ${each.below} (${each.seen})`,
      each.input === 'included' ? 'includes the cache' : 'without the cache',
      CACHE[each.cache],
      REASONING[each.reasoning],
      each.evidence === 'recorded' ? 'recordings' : 'its source',
    ]),
  )

const CACHE: Readonly<Record<UsageConvention['cache'], string>> = {
  reported: 'reported',
  reads: 'reads only',
  omitted: 'not reported',
}

const REASONING: Readonly<Record<UsageConvention['reasoning'], string>> = {
  included: 'in the output',
  apart: 'beside the output',
  omitted: 'not reported',
}

const SIGNS = { right: '✓', unknown: '?', LOW: 'low ', HIGH: 'high ' } as const

/** What `SessionAnalytics` makes of each recording. A cell that is not right has the letter of its reason. */
export function usageMarkdown(results: Results = readResults()): string {
  const cases = Object.keys(CASES)
  const rows = Object.entries(results).flatMap(([family, lines]) =>
    Object.entries(lines).map(([name, line]) => rowOf(family, name, line)),
  )
  const reasons = [...groupBy(rows, ({ reason }) => reason)]
    .filter(([reason]) => reason !== '')
    .sort(([, one], [, other]) => other.length - one.length)
  const letters = new Map(reasons.map(([reason], index) => [reason, String.fromCharCode(97 + index)]))
  const cellOf = (family: string, name: string) => {
    const row = rows.find((each) => each.family === family && each.case === name)
    return row === undefined ? '–' : `${SIGNS[row.verdict]}${letters.get(row.reason) ?? ''}`
  }
  const table = drawTable(
    ['family', ...cases],
    Object.keys(results).map((family) => [`\`${family}\``, ...cases.map((name) => cellOf(family, name))]),
  )
  const list = reasons.map(([reason]) => `- **${letters.get(reason)}**: ${reason}`)
  return [table, list.join('\n')].join('\n\n')
}

function rowOf(family: string, name: string, line: string) {
  const row = { family, case: name, verdict: verdictOf(line) }
  return { ...row, reason: row.verdict === 'unknown' ? reasonOf(line) : (knownError(row)?.why ?? '') }
}
