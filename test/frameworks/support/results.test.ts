import { expect, test } from 'vitest'
import { GOOD, runsOf, TRUTH } from './made-runs.ts'
import { measure } from './measure.ts'
import { findDifferences } from './results.ts'

const ROW = { name: 'a framework', folder: 'common', program: 'a-framework', way: 'its own' }
const measured = measure(runsOf(GOOD), TRUTH)
const fewer = { ...measured, named: 1 }

test('the same numbers are no difference', () => {
  expect(findDifferences([ROW], { [ROW.name]: measured }, { [ROW.name]: measured })).toEqual([])
})

test('another number is one, and says both', () => {
  expect(findDifferences([ROW], { [ROW.name]: measured }, { [ROW.name]: fewer })).toEqual([
    'a framework: named was 2, is 1',
  ])
})

test('of a row whose number of spans differs from run to run only the names of the attributes are compared', () => {
  const unstable = { ...ROW, unstable: 'because' }
  expect(findDifferences([unstable], { [ROW.name]: measured }, { [ROW.name]: fewer })).toEqual([])
  const otherwise = { ...fewer, keys: { 'metadata.thread_id': 1 } }
  expect(findDifferences([unstable], { [ROW.name]: measured }, { [ROW.name]: otherwise })).toEqual([
    'a framework: was named by session.id, is named by metadata.thread_id',
  ])
})

test('a row that was never measured before is one', () => {
  expect(findDifferences([ROW], {}, { [ROW.name]: measured })).toEqual([
    'a framework: not in results.json; --update adds it',
  ])
})
