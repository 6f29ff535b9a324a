import { expect, test } from 'vitest'
import { CASES, type CaseName } from '../recordings/cases.ts'
import { readFamilies, recordingsMarkdown, type StoredFamily } from './recordings.ts'

const NAMES = Object.keys(CASES) as CaseName[]

const family = (name: string, cannot: StoredFamily['cannot']): StoredFamily => ({
  name,
  versions: { library: '1.2.3' },
  recorded: new Set(NAMES.filter((each) => cannot[each] === undefined)),
  cannot,
})

test('a case that a library cannot hold has a dash, and families with the same reason share its line', () => {
  const cannot = { embedding: 'It makes no embeddings.' }
  const text = recordingsMarkdown([family('a', cannot), family('b', cannot), family('c', {})])
  const row = (name: string) => text.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? ''
  expect(row('a').match(/✓/g)).toHaveLength(NAMES.length - 1)
  expect(row('c')).not.toContain('–')
  expect(text).toContain('- `embedding`: It makes no embeddings. (`a`, `b`)')
  expect(text).toMatch(/^\| `c`\s+\| `library` 1\.2\.3 \|$/m)
})

test('every family holds every case, or says why it cannot', () => {
  const missing = readFamilies().flatMap(({ name: family, recorded, cannot }) =>
    NAMES.filter((name) => !recorded.has(name) && cannot[name] === undefined).map(
      (name) => `${family}, ${name}`,
    ),
  )
  expect(missing).toEqual([])
})
