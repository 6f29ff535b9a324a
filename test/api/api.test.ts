import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { apiText } from './api-text.ts'
import { publicEntries } from './entries.ts'

const entries = publicEntries()

// To accept a change: "pnpm api:update", and a changeset that describes it for users.
it.each(entries)('the public interface of $name matches the accepted one', (entry) => {
  expect(apiText(entry.name, entry.declarations)).toBe(readFileSync(entry.snapshot, 'utf8'))
})

it('every accepted interface belongs to an entry point', () => {
  const agreed = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.d.ts.txt'))
  expect(agreed.toSorted()).toEqual(entries.map(({ snapshot }) => basename(snapshot)).toSorted())
})
