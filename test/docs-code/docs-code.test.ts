import { expect, it } from 'vitest'
import { blocksOf } from './blocks.ts'
import { fencesOf } from './fences.ts'
import { commandsAfter } from './programs/command.ts'
import { packagesInstalledBefore, withTarballs } from './programs/install-line.ts'

const page = 'docs/page.md'

const markdown = `
\`\`\`sh
npm i -D @otel-sessions/processor \\
  express@5 # a comment
\`\`\`

1. In a list:

   \`\`\`ts{2} [server.ts] no-check
   import express from 'express'
     const app = express()
   \`\`\`

\`\`\`\`js
const text = \`
\`\`\`
\`
\`\`\`\`
`

it('fences are found with their line, name, flags and code, in lists and around other fences', () => {
  const [, server, text, ...others] = fencesOf(page, markdown)
  const code = "import express from 'express'\n  const app = express()"
  expect(server).toEqual({ page, line: 9, language: 'ts', name: 'server.ts', flags: ['no-check'], code })
  expect(text).toMatchObject({
    line: 14,
    language: 'js',
    name: undefined,
    flags: [],
    code: 'const text = `\n```\n`',
  })
  expect(others).toEqual([])
})

it('a program gets what the nearest install line before it names, with tarballs of these packages', () => {
  const fences = fencesOf(page, markdown)
  const packages = packagesInstalledBefore(fences, 9) ?? []
  expect(packages).toEqual(['@otel-sessions/processor', 'express@5'])
  expect(packagesInstalledBefore(fences, 2)).toBeUndefined()
  const tarballs = { semconv: 's.tgz', processor: 'p.tgz', exporter: 'e.tgz' }
  expect(withTarballs(packages, tarballs)).toEqual(['express@5', 's.tgz', 'p.tgz'])
  expect(withTarballs(['otel-sessions'], tarballs)).toEqual(['s.tgz', 'p.tgz', 'e.tgz'])
  expect(withTarballs(['../x/packed/*.tgz'], tarballs)).toEqual(['s.tgz', 'p.tgz', 'e.tgz'])
  expect(withTarballs(['../x/packed/otel-sessions-exporter-0.1.0.tgz'], tarballs)).toEqual(['s.tgz', 'e.tgz'])
  expect(withTarballs(['otel-sessions-lookalike', '@otel-sessions/other'], tarballs)).toEqual([
    'otel-sessions-lookalike',
    '@otel-sessions/other',
  ])
})

it('a program runs as the page says after it, with its options and its environment, once for each command', () => {
  const shell = (line: number, code: string) => ({
    ...{ page, line, code },
    language: 'sh',
    name: undefined,
    flags: [],
  })
  const fences = [
    shell(1, 'node --before app.mjs'),
    shell(9, 'npm start\nnode other.mjs\nA=b C_D=e node --import otel-sessions/register app.mjs # here'),
    shell(12, 'node app.mjs'),
  ]
  const options = ['--import', 'otel-sessions/register']
  expect(commandsAfter(fences, 5, 'app.mjs')).toEqual([
    { options, env: { A: 'b', C_D: 'e' } },
    { options: [], env: {} },
  ])
  expect(commandsAfter(fences, 5, 'none.mjs')).toEqual([{ options: [], env: {} }])
})

it('a block sees the imports of earlier blocks, except names that it has itself, and types in JavaScript', () => {
  const fence = (line: number, language: string, code: string) => ({
    ...{ page, line, language, code },
    name: undefined,
    flags: [],
  })
  const [, second, third] = blocksOf(page, [
    fence(1, 'ts', "import a, { b as c, type D } from 'x'\nimport * as e from 'y'"),
    fence(5, 'ts', "import { c } from 'z'\nconst { e } = a"),
    fence(9, 'js', 'a(c)'),
  ])
  expect(second?.text).toBe(
    "import a from 'x'; import { type D } from 'x'; export {}\nimport { c } from 'z'\nconst { e } = a\n",
  )
  expect(third?.text).toBe(
    "import a from 'x'; import { c } from 'z'; import * as e from 'y'; export {}\na(c)\n",
  )
  expect(third?.file).toBe('docs-page/line-9.js')
})
