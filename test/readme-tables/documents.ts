import { DOCUMENTS } from '../documents/table.ts'
import { drawTable } from './draw.ts'

/** What the documents about sessions name, and ours for it, a table for each. */
export function documentsMarkdown(): string {
  return DOCUMENTS.map(({ title, rows }) =>
    drawTable(
      [title, 'ours'],
      rows.map(({ theirs, ours }) => [theirs, ours]),
    ),
  ).join('\n\n')
}
