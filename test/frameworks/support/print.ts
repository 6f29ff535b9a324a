import { table } from '../../../demo/report/table.ts'
import type { Row } from '../row.ts'
import type { Counts } from './concurrency.ts'
import type { Measured } from './measure.ts'
import type { Results } from './results.ts'

const COLUMNS = [
  'framework',
  'spans',
  'named by itself',
  'at start',
  'without us',
  'with ours',
  'backfill',
  'only a scope',
  'in usingSession',
  'overwritten there',
  'what names it',
]

/** The table as plain text, a line for each row. */
export function printTable(rows: readonly Row[], results: Results): string[] {
  const measured = rows.flatMap(({ name }) => {
    const each = results[name]
    return each === undefined ? [] : [{ name, each }]
  })
  if (measured.length === 0) return []
  return table(
    COLUMNS,
    measured.map(({ name, each }) => [
      name,
      each.spans,
      each.named,
      each.atStart,
      each.right.before,
      each.right.late,
      each.right.after,
      each.onlyScope,
      each.scope.right,
      each.scope.overwritten,
      Object.keys(each.keys).join(', ') || 'none',
    ]),
  )
}

/** Ten users' requests: spans with the right session, without one, and with another request's. */
export function printTen(rows: readonly Row[], results: Results): string[] {
  const text = ({ right, missing, wrong }: Counts) => `${right} / ${missing} / ${wrong}`
  const measured = rows.flatMap(({ name }) => {
    const ten = results[name]?.ten
    return ten === undefined ? [] : [[name, ten.oneTick, ten.inSequence] as const]
  })
  if (measured.length === 0) return []
  return table(
    [
      'right / missing / wrong',
      '10 in one tick: its own way',
      'in usingSession',
      'in sequence: its own way',
      'in usingSession',
    ],
    measured.map(([name, ...orders]) => [
      name,
      ...orders.flatMap(({ alone, scope }) => [text(alone), text(scope)]),
    ]),
  )
}

/** The spans whose trace names no session, by name. */
export function printOnlyScope(rows: readonly Row[], results: Results): string[] {
  return rows.flatMap(({ name }) => {
    const names = Object.entries(results[name]?.onlyScopeNames ?? {})
    const listed = names.map(([span, count]) => `${count} × ${span}`).join(', ')
    return names.length === 0 ? [] : [`  ${name}: only a scope reaches these: ${listed}`]
  })
}

/** The totals of the rows, as sentences. */
export function printTotals(all: readonly Measured[]): string[] {
  const sum = (read: (each: Measured) => number) => all.reduce((total, each) => total + read(each), 0)
  const reachable = sum((each) => each.reachable)
  const share = (part: number) => `${part} (${((100 * part) / Math.max(1, reachable)).toFixed(1)} %)`
  return [
    `${sum((each) => each.spans)} spans, of these ${reachable} in traces that name exactly one session. Right:`,
    `  without us ${share(sum((each) => each.right.before))}, with processor and exporter ${share(sum((each) => each.right.late))}, with backfill, too, ${share(sum((each) => each.right.after))}.`,
    `Only a scope reaches ${sum((each) => each.onlyScope)}; in a scope ${sum((each) => each.scope.right)} are right.`,
  ]
}
