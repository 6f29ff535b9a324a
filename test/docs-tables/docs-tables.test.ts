import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ROWS } from '../frameworks/rows.ts'
import { readResults } from '../frameworks/support/results.ts'
import { aliasesMarkdown } from './aliases.ts'
import { PAGES, withBlocks } from './blocks.ts'

test.each(Object.entries(PAGES))(
  'the tables of docs/%s match the data (`pnpm docs:tables` writes them)',
  (page, blocks) => {
    const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
    expect(text).toBe(withBlocks(text, blocks))
  },
)

test('a missing marker throws an error that names it', () => {
  expect(() => withBlocks('<!-- aliases -->', { aliases: () => '' })).toThrow(
    'the page has no <!-- aliases --> before <!-- /aliases -->',
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
