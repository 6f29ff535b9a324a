import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

const script = `
  const names = ['@otel-sessions/semconv', '@otel-sessions/processor', '@otel-sessions/exporter']
  const required = names.map((name) => require(name))
  Promise.all(names.map((name) => import(name))).then((imported) => {
    const same = names.filter((_, index) => required[index] === imported[index])
    const { usingSession } = required[1]
    console.log(JSON.stringify({ same, ran: usingSession('conv_1', () => 'ran') }))
  })
`

test('require() from CommonJS gives each package, and the same module as import', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=commonjs', '-e', script])
  assert.deepEqual(JSON.parse(stdout), {
    same: ['@otel-sessions/semconv', '@otel-sessions/processor', '@otel-sessions/exporter'],
    ran: 'ran',
  })
})
