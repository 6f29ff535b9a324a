/**
 * `npx -y pnpm@12.21.0 traces [name…]`: records what real frameworks report about usage, as fixtures for the tests of
 * `packages/analytics`: one user's conversation each, with the usage that the model reported.
 */
import { writeFileSync } from 'node:fs'
import { install } from '../frameworks/support/install.ts'
import { recordRun } from '../frameworks/support/run.ts'
import { fixtureOf } from './fixture.ts'
import { RECORDINGS } from './rows.ts'

const names = process.argv.slice(2).filter((arg) => arg !== '--')
const chosen = Object.entries(RECORDINGS).filter(
  ([file]) => names.length === 0 || names.some((name) => file.includes(name)),
)
if (chosen.length === 0) throw new Error(`there are ${Object.keys(RECORDINGS).join(', ')}`)

for (const folder of new Set(chosen.map(([, row]) => row.folder))) await install(folder)
for (const [file, { folder, program, name, theirsFirst = false }] of chosen) {
  const fixture = fixtureOf(name, await recordRun({ folder, program, theirsFirst, mode: 'scope' }))
  const target = new URL(`../../packages/analytics/test/traces/${file}.json`, import.meta.url)
  writeFileSync(target, `${JSON.stringify(fixture, undefined, 2)}\n`)
  console.log(`${file}: ${fixture.spans.length} spans, ${fixture.reported.calls} calls`)
}
