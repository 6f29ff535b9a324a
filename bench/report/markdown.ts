/** A Markdown table: the first column is left-aligned, the others, which are numbers, right-aligned. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(4, ...all.map((cells) => cells[column]?.length ?? 0)))
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [head.map(pad), rule, ...rows.map((cells) => cells.map(pad))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** Nanoseconds without decimals; empty if there is no figure. */
export const whole = (value: number | undefined): string =>
  value === undefined ? '' : (Math.round(value) + 0).toString()

/** A ratio with one decimal. */
export const times = (value: number | undefined): string => value?.toFixed(1) ?? ''
