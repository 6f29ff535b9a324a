// Writes the parts of the documentation that are generated from data.

import { readFileSync, writeFileSync } from 'node:fs'
import { PAGES, withBlocks } from './blocks.ts'

for (const [page, blocks] of Object.entries(PAGES)) {
  const file = new URL(`../../docs/${page}`, import.meta.url)
  writeFileSync(file, withBlocks(readFileSync(file, 'utf8'), blocks))
}
