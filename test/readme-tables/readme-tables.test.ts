import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ROWS } from '../frameworks/rows.ts'
import { readResults } from '../frameworks/support/results.ts'
import { aliasesMarkdown } from './aliases.ts'
import { withBlocks } from './blocks.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test("the README's tables match the data (`pnpm readme-tables` writes them)", () => {
  expect(readme).toBe(withBlocks(readme))
})

test('a missing marker in the README throws an error that names it', () => {
  expect(() => withBlocks(readme.replace('<!-- /aliases -->', ''))).toThrow(
    'the README has no <!-- aliases --> before <!-- /aliases -->',
  )
})

test('every framework has a result, and every result a framework', () => {
  expect(Object.keys(readResults())).toEqual(ROWS.map(({ name }) => name))
})

describe('the table of aliases', () => {
  test('has one row for consecutive aliases with the same source', () => {
    const aliases = [
      { key: 'a.x', source: 'A' },
      { key: 'a.y', source: 'A' },
      { key: 'b', source: 'B' },
      { key: 'metadata.z', in: 'metadata-json' as const, source: 'B' },
    ]
    const rows = aliasesMarkdown(aliases).split('\n').slice(2)
    expect(rows.map((row) => row.split('|').map((cell) => cell.trim()))).toEqual([
      ['', '1', 'A', '`a.{x,y}`', ''],
      ['', '2', 'B', '`b`', ''],
      ['', '3', 'B', 'in the JSON of `metadata`: `z`', ''],
    ])
  })
})
