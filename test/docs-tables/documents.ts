import { DOCUMENTS } from '../documents/table.ts'
import { drawTable } from './draw.ts'

/** A table for each vendor's documentation of sessions: what it names, and our equivalent. */
export function documentsMarkdown(): string {
  return DOCUMENTS.map(({ title, rows }) =>
    drawTable(
      [title, 'ours'],
      rows.map(({ theirs, ours }) => [theirs, ours]),
    ),
  ).join('\n\n')
}
