// Writes the version of the packages into the source, where a bundle has it too. Part of `release:version`.
import { readFileSync, writeFileSync } from 'node:fs'

const packages = new URL('../packages/', import.meta.url)
const source = new URL('semconv/src/internal/version.ts', packages)

const { version } = JSON.parse(readFileSync(new URL('semconv/package.json', packages), 'utf8'))
const before = readFileSync(source, 'utf8')
const after = before.replace(/'.*'/, `'${version}'`)
if (!after.includes(`'${version}'`)) throw new Error('version.ts has no version in quotes')
writeFileSync(source, after)
