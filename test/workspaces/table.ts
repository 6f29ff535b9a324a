/** Prints lines of cells in columns of one width each. */
export function printTable(lines: readonly (readonly string[])[]): void {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  for (const line of lines) {
    const cells = line.map((text, column) => text.padEnd(widths[column] ?? 0))
    console.log(cells.join('  ').trimEnd())
  }
}
