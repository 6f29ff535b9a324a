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

const SIGNS = { right: '✓', unknown: '?', LOW: 'low', HIGH: 'high' } as const

/** What `SessionAnalytics` makes of each recording. */
export function usageMarkdown(results: Results = readResults()): string {
  const cases = Object.keys(CASES)
  const table = drawTable(
    ['family', ...cases],
    Object.entries(results).map(([family, lines]) => [
      `\`${family}\``,
      ...cases.map((name) => (lines[name] === undefined ? '' : SIGNS[verdictOf(lines[name])])),
    ]),
  )
  return [table, reasonsMarkdown(results)].join('\n\n')
}

/** Why costs are unknown or wrong, and where. */
function reasonsMarkdown(results: Results): string {
  const rows = Object.entries(results).flatMap(([family, lines]) =>
    Object.entries(lines).flatMap(([name, line]) => {
      const verdict = verdictOf(line)
      const row = { family, case: name, verdict }
      const reason = verdict === 'unknown' ? reasonOf(line) : knownError(row)?.why
      return reason === undefined ? [] : [{ ...row, reason: `${SIGNS[verdict]}: ${reason}` }]
    }),
  )
  return [...groupBy(rows, ({ reason }) => reason)]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([reason, of]) => `- **${reason}.** ${placesOf(of)}`)
    .join('\n')
}

/** The most families that are listed by name. */
const LISTED_MAX = 6

function placesOf(rows: readonly { readonly family: string; readonly case: string }[]): string {
  const families = new Set(rows.map(({ family }) => family))
  const cases = new Set(rows.map((row) => row.case))
  const ofCases = cases.size === 1 ? `${listOf(cases)} of ` : ''
  return `${ofCases}${families.size > LISTED_MAX ? `${families.size} families` : listOf(families)}.`
}

const listOf = (names: Iterable<string>): string => [...names].map((name) => `\`${name}\``).join(', ')
