import { expect, test } from 'vitest'
import { measure } from '../frameworks/support/measure.ts'
import { GOOD, runsOf, span, TRUTH } from '../frameworks/support/sample-runs.ts'
import { frameworkMarkdown } from './frameworks.ts'

const ROW = { name: 'a framework', folder: 'common', program: 'a-framework', way: 'its own' }

const advice = (row: typeof ROW & { advice?: string }, make: Partial<typeof GOOD>) =>
  frameworkMarkdown('a-framework', [row], { [ROW.name]: measure(runsOf({ ...GOOD, ...make }), TRUTH) })
    .split('**What to do:** ')
    .at(-1)

test('the advice for a framework whose other spans have to wait is backfill, or a scope', () => {
  expect(advice(ROW, {})).toBe('add `backfill`, or use `usingSession`.')
})

test('a framework whose spans are all right without waiting needs nothing more', () => {
  expect(advice(ROW, { late: GOOD.after })).toBe('nothing more.')
})

test('a framework whose traces name no session needs a scope', () => {
  const unnamed: typeof GOOD.before = (turn) => [span('fetch', turn, turn)]
  expect(advice(ROW, { before: unnamed, late: unnamed, after: unnamed })).toBe(
    'use `usingSession`: only a scope reaches these spans.',
  )
})

test("a row's own advice takes precedence", () => {
  expect(advice({ ...ROW, advice: 'use the bridge' }, {})).toBe('use the bridge.')
})

test('rows with the same note share it', () => {
  const rows = [ROW, { ...ROW, name: 'another' }]
  const measured = measure(runsOf(GOOD), TRUTH)
  const text = frameworkMarkdown('a-framework', rows, { [ROW.name]: measured, another: measured })
  expect(text.match(/^- .*/gm)).toEqual([expect.stringMatching(/^- \*\*a framework; another\.\*\* /)])
})
