type Cell = string | number

/** Plain text columns: words to the left, numbers to the right. */
export function table(head: readonly string[], body: readonly (readonly Cell[])[]): string[] {
  const lines = [head, ...body]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => String(line[column]).length)))
  const numeric = head.map((_, column) => body.every((line) => typeof line[column] === 'number'))
  const draw = (line: readonly Cell[]) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return numeric[column] ? String(cell).padStart(width) : String(cell).padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [draw(head), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(draw)]
}
