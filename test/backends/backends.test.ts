import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { golden, goldenFile, NAMES } from './golden.ts'

// To accept a change: `pnpm golden`, and review its diff.
describe('one span, with a session, a conversation, a user, tags and metadata', () => {
  test.each(NAMES)('is exported for the backend %s as agreed', async (name) => {
    const agreed = JSON.parse(readFileSync(goldenFile(name), 'utf8'))
    // As text, because the order matters: the session comes before values that may be truncated.
    expect(JSON.stringify(await golden(name), undefined, 2)).toBe(JSON.stringify(agreed, undefined, 2))
  })

  it('has a file for every backend, and no other', () => {
    const files = readdirSync(new URL('../golden/backends/', import.meta.url))
    expect(files.toSorted()).toEqual(NAMES.map((name) => `${name}.json`).toSorted())
  })
})
