import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The code block of the README that follows a marker. */
const block = (marker: string) =>
  new RegExp(`<!-- ${marker} -->\\s+\`\`\`\\w+\\n([^]*?)\`\`\``).exec(read('README.md'))?.[1] ?? ''

/** The formatter sorts the names of an import; the README is not formatted. */
const sortNames = (code: string) =>
  code.replace(/(?<=import \{ ).*(?= \})/g, (names) => names.split(', ').sort().join(', '))

it('the example for SDK 3 is the README’s quick start', () => {
  const [, code = ''] = read('examples/sdk-3/quick-start.ts').split(' */\n')
  expect(code).toContain('usingSession(')
  expect(sortNames(code)).toBe(sortNames(block('quick-start-sdk-3')))
})

it('the example for SDK 3 requires the versions of the README’s install line', () => {
  const packages = block('install-sdk-3').trim().split(' ').slice(2)
  const { dependencies } = JSON.parse(read('examples/sdk-3/package.json'))
  // This project's packages have no version in the README: the newest.
  const wanted = Object.entries(dependencies).map(([name, version]) =>
    version === 'latest' ? name : `${name}@${version}`,
  )
  expect(wanted.sort()).toEqual(packages.sort())
})
