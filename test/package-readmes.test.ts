import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { FOLDERS } from '../scripts/packages/entry-points.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the repository, so that the packages are found.
const cache = join(root, 'node_modules/.cache/otel-sessions')

it.each(FOLDERS)('the code in the README of %s prints what its comments say', (name) => {
  const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')
  const code = /```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const promised = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment)
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'readme-'))
  try {
    writeFileSync(join(folder, 'readme.mjs'), code)
    const printed = execFileSync(process.execPath, ['readme.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(promised).not.toEqual([])
    expect(printed.trimEnd().split('\n')).toEqual(promised)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
