/** A trace as a tree, with the session of each span in one run or in two, side by side. */
import { type Paint, padTo, widthOf } from './paint.ts'
import { haveSameShape, type TraceLine } from './trace.ts'

export interface TreeColumn {
  title: string
  lines: readonly TraceLine[]
}

const GAP = 3

/** One tree with a column for each run; a tree for each run where these differ or the screen is too narrow. */
export function drawTrees(columns: readonly TreeColumn[], width: number, paint: Paint): string[] {
  const [first, ...others] = columns
  if (!first) return []
  if (others.every((other) => haveSameShape(first.lines, other.lines))) {
    for (const showCreator of [true, false]) {
      const lines = drawTree(first, columns, showCreator, paint)
      if (Math.max(...lines.map(widthOf)) <= width) return lines
    }
  }
  return columns.flatMap((column, index) => [
    ...(index > 0 ? [''] : []),
    ...drawTree(column, [column], false, paint),
  ])
}

function drawTree(
  { lines }: TreeColumn,
  columns: readonly TreeColumn[],
  showCreator: boolean,
  paint: Paint,
): string[] {
  const labels = lines.map((line) => drawLabel(line, paint))
  const creators = ['created by', ...lines.map(({ createdBy }) => createdBy)].map(paint.dim)
  const cells = [
    [paint.dim('span'), ...labels],
    ...(showCreator ? [creators] : []),
    ...columns.map((column) => drawColumn(column, paint)),
  ]
  const widths = cells.map((column) => Math.max(...column.map(widthOf)) + GAP)
  const rows = Array.from({ length: lines.length + 2 }, (_, row) =>
    cells.map((column, index) => padTo(column[row] ?? '', widths[index] ?? 0)).join(''),
  )
  return rows.map((row) => row.trimEnd())
}

function drawLabel({ name, detail, continues }: TraceLine, paint: Paint): string {
  const branches = continues.map((more, index) => {
    if (index === continues.length - 1) return more ? '├─ ' : '└─ '
    return more ? '│  ' : '   '
  })
  return paint.dim(branches.join('')) + name + (detail ? paint.dim(` ${detail}`) : '')
}

function drawColumn({ title, lines }: TreeColumn, paint: Paint): string[] {
  const carrying = lines.filter(({ session }) => session !== undefined).length
  const sum = `${carrying} of ${lines.length} spans`
  return [
    paint.bold(title),
    ...lines.map(({ session }) =>
      session === undefined ? paint.bad('✗ no session') : paint.good(`✓ ${session}`),
    ),
    carrying === lines.length ? paint.good(sum) : paint.bad(sum),
  ]
}
