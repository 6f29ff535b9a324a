// Writes the expected attributes of one span for every backend.

import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { golden, goldenFile, NAMES } from './golden.ts'

const folder = new URL('../golden/backends/', import.meta.url)
for (const file of readdirSync(folder)) rmSync(new URL(file, folder))
for (const name of NAMES) {
  writeFileSync(goldenFile(name), `${JSON.stringify(await golden(name), undefined, 2)}\n`)
}
