/**
 * The sentences of a page, each on its own.
 *
 * - Headings, blocks of code and diagrams are left out, and the numbers and dashes of lists.
 * - A sentence ends with a period, a question mark, an exclamation mark or a colon, where a capital letter, code or a
 *   link follows. A label in bold type belongs to the sentence behind it.
 * - Each cell of a table is one, except the first of its row, as `first cell | name of the column | cell`. One that is
 *   empty, or says `the same`, is left out.
 */
export function sentencesOf(page: string): string[] {
  const sentences: string[] = []
  let columns: readonly string[] | undefined
  for (const line of page.replace(/^```[\s\S]*?^```$/gm, '').split('\n')) {
    if (!line.startsWith('|')) {
      columns = undefined
      if (!line.startsWith('#')) sentences.push(...splitLine(line))
      continue
    }
    const [first = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (columns === undefined) columns = cells
    else if (!first.startsWith('--')) sentences.push(...rowOf(first, columns, cells))
  }
  return sentences
}

const splitLine = (line: string): string[] =>
  line
    .replace(/^ *(-|\d+\.) /, '')
    .split(/(?<=[.?!:]) (?=[A-Z`*[])/)
    .filter((sentence) => sentence !== '')

const rowOf = (first: string, columns: readonly string[], cells: readonly string[]): string[] =>
  cells.flatMap((cell, index) =>
    cell === '' || cell === 'the same' ? [] : [`${first} | ${columns[index]} | ${cell}`],
  )
