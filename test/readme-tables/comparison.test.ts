import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { comparisonMarkdown } from './comparison.ts'

test('the page that compares helpers has the table of the measured results', () => {
  const page = readFileSync(new URL('../../docs/migration/comparison.md', import.meta.url), 'utf8')
  expect(page).toContain(`<!-- comparison -->\n\n${comparisonMarkdown()}\n\n<!-- /comparison -->`)
})
