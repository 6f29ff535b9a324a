// Writes the table of the backends into the README, and what one span looks like in every dialect.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { golden, goldenFile, NAMES } from './golden.ts'
import { withDialects } from './markdown.ts'

const readme = new URL('../../README.md', import.meta.url)
writeFileSync(readme, withDialects(readFileSync(readme, 'utf8')))
const folder = new URL('../golden/dialects/', import.meta.url)
for (const file of readdirSync(folder)) rmSync(new URL(file, folder))
for (const name of NAMES) {
  writeFileSync(goldenFile(name), `${JSON.stringify(await golden(name), undefined, 2)}\n`)
}
