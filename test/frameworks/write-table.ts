// Writes what was measured of the frameworks (results.json) into the README.

import { readFileSync, writeFileSync } from 'node:fs'
import { withTable } from './table-in-readme.ts'

const readme = new URL('../../README.md', import.meta.url)
writeFileSync(readme, withTable(readFileSync(readme, 'utf8')))
