import { expect, test } from 'vitest'
import { markdown, remarks } from './markdown.ts'
import { measure } from './measure.ts'
import { GOOD, runsOf, span, TRUTH } from './sample-runs.ts'

const ROW = { name: 'a framework', folder: 'common', program: 'a-framework', way: 'its own' }

const lastCell = (row: typeof ROW & { advice?: string }, make: Partial<typeof GOOD>) =>
  markdown([row], { [ROW.name]: measure(runsOf({ ...GOOD, ...make }), TRUTH) })
    .split('\n')
    .at(-1)
    ?.split('|')
    .at(-2)
    ?.trim()

test('the advice for a framework whose other spans have to wait is backfill, or a scope', () => {
  expect(lastCell(ROW, {})).toBe('`backfill`, or `usingSession`')
})

test('a framework whose spans are all right without waiting needs nothing more', () => {
  expect(lastCell(ROW, { late: GOOD.after })).toBe('nothing more')
})

test('a framework whose traces name no session needs a scope', () => {
  const unnamed: typeof GOOD.before = (turn) => [span('fetch', turn, turn)]
  expect(lastCell(ROW, { before: unnamed, late: unnamed, after: unnamed })).toBe(
    '`usingSession`: only a scope reaches these',
  )
})

test("a row's own advice takes precedence", () => {
  expect(lastCell({ ...ROW, advice: 'use the bridge' }, {})).toBe('use the bridge')
})

test('a remark on several rows is listed once', () => {
  const rows = [
    { ...ROW, remark: 'it drops the ID' },
    { ...ROW, name: 'another', remark: 'it drops the ID' },
  ]
  expect(remarks(rows)).toBe('- a framework, another: it drops the ID.')
})
