import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ROWS } from '../frameworks/rows.ts'
import { readResults } from '../frameworks/support/results.ts'
import { aliasesMarkdown } from './aliases.ts'
import { PAGES, withBlocks } from './blocks.ts'
import { LOGS } from './codes/logs.ts'
import { codesMarkdown } from './codes.ts'
import { entryOfReadme } from './entry.ts'

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

test("the README's row of the Express application has the results of test:entry", () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const row = readme.split('\n').find((line) => line.startsWith('| right spans of an Express application'))
  const cells = row?.split('|').map((cell) => cell.trim())
  expect(cells?.slice(2, -1)).toEqual(entryOfReadme())
})

test('every framework has a result, and every result a framework', () => {
  expect(Object.keys(readResults())).toEqual(ROWS.map(({ name }) => name))
})

describe('the table of aliases', () => {
  test('has one row for consecutive aliases with the same concept and source', () => {
    const aliases = [
      { key: 'a.x', source: 'A', concept: 'session' },
      { key: 'a.y', source: 'A', concept: 'session' },
      { key: 'b', source: 'B', concept: 'session' },
      { key: 'b.c', source: 'B', concept: 'thread' },
      { key: 'metadata.z', in: 'metadata-json', source: 'B', concept: 'thread' },
    ] as const
    const rows = aliasesMarkdown(aliases).split('\n').slice(2)
    expect(rows.map((row) => row.split('|').map((cell) => cell.trim()))).toEqual([
      ['', '1', 'session', 'A', '`a.{x,y}`', ''],
      ['', '2', 'session', 'B', '`b`', ''],
      ['', '3', 'thread', 'B', '`b.c`', ''],
      ['', '4', 'thread', 'B', 'in the JSON of `metadata`: `z`', ''],
    ])
  })

  test("leaves a vendor's key under a framework's prefix to the text of the page", () => {
    const keys = ['$vendor', 'a.session_id', 'a.sessionId', 'a.$vendor', 'a.vendor.session_id', 'v.thread_id']
    expect(aliasesMarkdown(keys.map((key) => ({ key, source: key })))).not.toMatch(/a\.(\$?vendor)/)
    expect(aliasesMarkdown(keys.map((key) => ({ key, source: key })))).toContain('`v.thread_id`')
  })
})

describe('the texts about problems', () => {
  test('each has an anchor of its own', () => {
    const text = codesMarkdown()
    const anchors = [...text.matchAll(/\{#([^}]+)\}|<a id="([^"]+)">/g)].map((match) => match[1] ?? match[2])
    expect(anchors.length).toBeGreaterThan(100)
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([])
  })

  test('what is logged without a code is in the sources', () => {
    const folders = ['exporter', 'analytics'].map(
      (name) => new URL(`../../packages/${name}/src/`, import.meta.url),
    )
    const sources = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(new URL(file, folder), 'utf8')),
    )
    const missing = Object.keys(LOGS).filter((part) => !sources.some((source) => source.includes(part)))
    expect(missing).toEqual([])
  })
})
