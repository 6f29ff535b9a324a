import { isDifferent, type Row } from '../contract/row.ts'
import { CONTRACT } from '../contract/rows/index.ts'
import { drawTable } from './draw.ts'

/** The promises that one side keeps in another way: what each does, and why. */
export function differencesMarkdown(): string {
  const rows = Object.values(CONTRACT).flat().filter(isDifferent)
  return drawTable(
    ['promise', "OpenTelemetry's", 'ours', 'reason'],
    rows.map(({ promise, kept, theirs = kept, ours = kept, oursWithJournal, because }) => [
      promise,
      theirs,
      oursWithJournal === undefined ? ours : `${ours}; with a directory: ${oursWithJournal}`,
      because,
    ]),
  )
}

/** The promises that both keep. */
export function keptMarkdown(): string {
  return Object.entries(CONTRACT)
    .map(([area, rows]): [string, readonly Row[]] => [area, rows.filter((row) => !isDifferent(row))])
    .map(([area, rows]) => [`### ${area}`, rows.map(({ promise }) => `- ${promise}`).join('\n')].join('\n\n'))
    .join('\n\n')
}
