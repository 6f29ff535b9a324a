import { expect, test } from 'vitest'
import { measure } from './measure.ts'
import { findDifferences } from './results.ts'
import { GOOD, runsOf, TRUTH } from './sample-runs.ts'

const ROW = { name: 'a framework', folder: 'common', program: 'a-framework', way: 'its own' }
const measured = measure(runsOf(GOOD), TRUTH)
const fewer = { ...measured, named: 1 }

test('equal numbers are not a difference', () => {
  expect(findDifferences([ROW], { [ROW.name]: measured }, { [ROW.name]: measured })).toEqual([])
})

test('another number is a difference, described with both numbers', () => {
  expect(findDifferences([ROW], { [ROW.name]: measured }, { [ROW.name]: fewer })).toEqual([
    'a framework: named was 2, is 1',
  ])
})

test('for a row whose number of spans varies, only the names of the attributes are compared', () => {
  const unstable = { ...ROW, unstable: 'because' }
  expect(findDifferences([unstable], { [ROW.name]: measured }, { [ROW.name]: fewer })).toEqual([])
  const otherwise = { ...fewer, keys: { 'metadata.thread_id': 1 } }
  expect(findDifferences([unstable], { [ROW.name]: measured }, { [ROW.name]: otherwise })).toEqual([
    'a framework: was named by session.id, is named by metadata.thread_id',
  ])
})

test('a row without a committed result is a difference', () => {
  expect(findDifferences([ROW], {}, { [ROW.name]: measured })).toEqual([
    'a framework: not in results.json; --update adds it',
  ])
})
