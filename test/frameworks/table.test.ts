import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROWS } from './rows.ts'
import { readResults } from './support/results.ts'
import { withTable } from './table-in-readme.ts'

test('every row has a result, and every result its row', () => {
  expect(Object.keys(readResults())).toEqual(ROWS.map(({ name }) => name))
})

test("the README's table of frameworks is what was measured", () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(readme).toBe(withTable(readme))
})
