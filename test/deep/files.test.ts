import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { DEEP_FILES } from './files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('every test that has a shallow and a deep form is in exactly one project of test:deep', () => {
  const files = globSync(['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'], {
    cwd: root,
    exclude: ['**/node_modules'],
  })
  const deep = files.filter((file) =>
    /from '[./a-z]*\/deep\/runs\.ts'/.test(readFileSync(root + file, 'utf8')),
  )
  const { processes, ...both } = DEEP_FILES
  expect(Object.values(both).flat().toSorted()).toEqual(deep.toSorted())
  for (const file of processes) expect(files).toContain(file)
})

test('every random property has a deep form, or the few runs that fast-check has by default', () => {
  const files = globSync(['packages/*/test/**/*.ts', 'test/**/*.ts'], {
    cwd: root,
    exclude: ['**/node_modules'],
  })
  const fixed = files.filter((file) => /numRuns: [\d_]{3,}/.test(readFileSync(root + file, 'utf8')))
  expect(fixed).toEqual([])
})
