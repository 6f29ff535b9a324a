import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

it('CONTRIBUTING names every command, and none that does not exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const tables = read('CONTRIBUTING.md').split('\n## ')[2] ?? ''
  const rows = [...tables.matchAll(/^\| (`.*?) +\|/gm)].map(([, commands = '']) => commands)
  const listed = rows.flatMap((commands) => commands.replaceAll('`', '').split(', '))
  const explained = ['build', 'release', 'release:version']
  expect([...listed, ...explained].sort()).toEqual(Object.keys(scripts).sort())
})
