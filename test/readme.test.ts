import { readFileSync } from 'node:fs'
import { NEVER_ALIASES, SESSION_ALIASES } from '@otel-sessions/semconv'
import { expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** `a.{b,c}` stands for `a.b` and `a.c`. */
function expand(name: string): string[] {
  const found = /^(.*)\{(.*)\}$/.exec(name)
  return found ? (found[2] ?? '').split(',').map((part) => `${found[1]}${part}`) : [name]
}

const namesIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].flatMap((match) => expand(match[1] ?? ''))

it('the README’s alias table has the names of the table in the code, in its order', () => {
  const rows = readme.split('\n').filter((line) => /^\| [1-5]\s+\|/.test(line))
  expect(rows).toHaveLength(5)
  const inReadme = rows.flatMap((row) => namesIn(row.split('|')[2] ?? ''))
  const inCode = SESSION_ALIASES.map(({ key }) => key).filter((key) => !key.startsWith('metadata.'))
  expect(inReadme).toEqual(inCode)
})

it('the README’s last row has the keys inside metadata, in their order', () => {
  const row = readme.split('\n').find((line) => /^\| 6\s+\|/.test(line)) ?? ''
  const keys = namesIn((row.split(':')[1] ?? '').split('|')[0] ?? '')
  const inJson = SESSION_ALIASES.filter((alias) => alias.in === 'metadata-json')
  expect(inJson.map(({ key }) => key)).toEqual(keys.map((key) => `metadata.${key}`))
})

it('the README names everything that is never an alias', () => {
  const line = readme.split('\n').find((text) => text.startsWith('Never an alias:')) ?? ''
  expect(namesIn(line)).toEqual(NEVER_ALIASES.map(({ key }) => key))
})
