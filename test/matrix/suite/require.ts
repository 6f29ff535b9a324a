import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

const names = [
  '@otel-sessions/semconv',
  '@otel-sessions/processor',
  '@otel-sessions/exporter',
  'otel-sessions',
  'otel-sessions/express',
]

const script = `
  const names = ${JSON.stringify(names)}
  const required = names.map((name) => require(name))
  Promise.all(names.map((name) => import(name))).then((imported) => {
    const same = names.filter((_, index) => required[index] === imported[index])
    const ran = [required[1], required[3]].map(({ usingSession }) => usingSession('conv_1', () => 'ran'))
    console.log(JSON.stringify({ same, ran }))
  })
`

test('require() from CommonJS gives each package, and the same module as import', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=commonjs', '-e', script])
  assert.deepEqual(JSON.parse(stdout), { same: names, ran: ['ran', 'ran'] })
})
