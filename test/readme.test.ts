import { readFileSync } from 'node:fs'
import { NEVER_ALIASES } from '@otel-sessions/semconv'
import { expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('the README names every attribute that is never an alias', () => {
  const line = readme.split('\n').find((text) => text.startsWith('Never an alias:')) ?? ''
  const names = [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1])
  expect(names).toEqual(NEVER_ALIASES.map(({ key }) => key))
})
