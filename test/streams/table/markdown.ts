import { drawTable } from '../../docs-tables/draw.ts'
import type { Cell } from './cell.ts'

const HEAD = ['shape', 'in `usingSession` alone', 'with `bindSession`']

/** The list as the documentation shows it: one row for a shape. */
export function markdown(cells: readonly Cell[]): string {
  const shapes = [...new Set(cells.map(({ shape }) => shape))]
  return drawTable(
    HEAD,
    shapes.map((shape) => rowOf(cells.filter((cell) => cell.shape === shape))),
  )
}

function rowOf(cells: Cell[]): string[] {
  const outcomes = new Set(cells.map(({ alone, bound, note }) => JSON.stringify([alone, bound, note])))
  const [first] = cells
  if (first === undefined || outcomes.size !== 1) {
    throw new Error(
      `the ways to consume "${first?.shape}" differ in what becomes of them: give each its own shape`,
    )
  }
  const ways = cells.map(({ consumed }) => consumed).join(', ')
  const { shape, alone, bound, note } = first
  const why = note === undefined ? '' : `: ${note}`
  if (bound === 'lost') return [`${shape}: ${ways}`, alone, `lost${why}`]
  const unasked = alone === 'leaks' ? "kept, but the consumer's listeners run in it, too" : alone
  return [`${shape}: ${ways}`, `${unasked}${why}`, alone === 'kept' ? 'not needed' : 'kept']
}
