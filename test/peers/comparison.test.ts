// What each helper does, measured with the libraries themselves. The table in docs/migration/comparison.md is drawn
// from comparison/results.json; `pnpm test:peers -u` writes new results.

import { expect, test } from 'vitest'
import { HELPERS } from './comparison/helpers.ts'
import { compare } from './comparison/measure.ts'

test('each helper does what comparison/results.json says', async () => {
  const results = []
  for (const load of HELPERS) results.push(await compare(await load()))
  await expect(`${JSON.stringify(results, undefined, 2)}\n`).toMatchFileSnapshot('./comparison/results.json')
})
