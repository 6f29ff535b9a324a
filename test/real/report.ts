import type { Outcome } from './observe.ts'

const HEAD = ['feed', 'exporter', 'sent', 'written', 'right session', 'of these none, rightly', 'differences']
const MOST_LINES = 20

/** The table, with a row for each feed and exporter. */
export function table(outcomes: readonly Outcome[]): string[] {
  const rows = outcomes.map(({ feed, exporter, sent, written, right, rightlyNone, problems, mustDiffer }) =>
    [
      feed,
      exporter,
      sent,
      written,
      right,
      rightlyNone,
      `${problems.length}${mustDiffer ? ' (must be found)' : ''}`,
    ].map(String),
  )
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
}

/** The problems that make the run fail, with the names of the spans. */
export function findProblems(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ feed, exporter, problems, mustDiffer }) => {
    const where = `${feed}, ${exporter}`
    if (mustDiffer) {
      return problems.length > 0 ? [] : [`${where}: no difference was found, so the check does not work`]
    }
    const more = problems.length - MOST_LINES
    return [
      ...problems.slice(0, MOST_LINES).map((problem) => `${where}: ${problem}`),
      ...(more > 0 ? [`${where}: and ${more} more`] : []),
    ]
  })
}
