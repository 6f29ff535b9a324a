// Writes the README's tables that are generated from data.

import { readFileSync, writeFileSync } from 'node:fs'
import { withBlocks } from './blocks.ts'

const readme = new URL('../../README.md', import.meta.url)
writeFileSync(readme, withBlocks(readFileSync(readme, 'utf8')))
