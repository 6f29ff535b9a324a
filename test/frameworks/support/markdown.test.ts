import { expect, test } from 'vitest'
import { GOOD, runsOf, span, TRUTH } from './made-runs.ts'
import { markdown, remarks } from './markdown.ts'
import { measure } from './measure.ts'

const ROW = { name: 'a framework', folder: 'common', program: 'a-framework', way: 'its own' }

const lastCell = (row: typeof ROW & { advice?: string }, make: Partial<typeof GOOD>) =>
  markdown([row], { [ROW.name]: measure(runsOf({ ...GOOD, ...make }), TRUTH) })
    .split('\n')
    .at(-1)
    ?.split('|')
    .at(-2)
    ?.trim()

test('a framework whose other spans have to wait is told to fill, or to use a scope', () => {
  expect(lastCell(ROW, {})).toBe('`fillFromTrace`, or `usingSession`')
})

test('one whose spans are all right without waiting needs nothing more', () => {
  expect(lastCell(ROW, { late: GOOD.after })).toBe('nothing more')
})

test('one whose traces name none needs a scope', () => {
  const bare: typeof GOOD.before = (turn) => [span('fetch', turn, turn)]
  expect(lastCell(ROW, { before: bare, late: bare, after: bare })).toBe(
    '`usingSession`: only a scope reaches these',
  )
})

test('what a row says itself goes before that', () => {
  expect(lastCell({ ...ROW, advice: 'use the bridge' }, {})).toBe('use the bridge')
})

test('what is to be said of several rows is said once', () => {
  const rows = [
    { ...ROW, remark: 'so it is' },
    { ...ROW, name: 'another', remark: 'so it is' },
  ]
  expect(remarks(rows)).toBe('- a framework, another: so it is.')
})
