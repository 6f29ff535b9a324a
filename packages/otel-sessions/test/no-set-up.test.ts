// Programs with a helper and without OpenTelemetry.
import { describe, expect, it } from 'vitest'
import { application, run, useProcesses } from './processes.ts'

useProcesses()

const LOG = `
  import { diag, DiagLogLevel } from '@opentelemetry/api'
  const ignore = () => {}
  diag.setLogger({ error: ignore, warn: (...line) => console.log(line.join(' ')), info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN)
`
const ENTRIES = ['worker', 'lambda', 'fetch', 'mcp']
const USE = `${LOG}
  ${ENTRIES.map((name) => `import { sessions as ${name} } from 'otel-sessions/${name}'`).join('\n')}
  import { processStats } from 'otel-sessions'
  import { sessions as socket } from 'otel-sessions/socket.io'
  for (const sessions of [${ENTRIES.join()}]) {
    console.log(await sessions({ session: async () => 'user_a_conv' })(async () => 'ran')({}))
  }
  socket({ session: () => 'user_a_conv' })({ on() {} }, () => console.log('ran'))
  console.log(JSON.stringify(processStats().problems))
`

describe('a program that has not set up OpenTelemetry', () => {
  it('runs, and is told once how to set it up, by the name of the helper', async () => {
    const { output } = await run(application({ 'app.mjs': USE }), ['app.mjs'])
    expect(output.match(/ran/g)).toHaveLength(5)
    expect(output.match(/has no effect/g)).toHaveLength(1)
    expect(output).toContain('otel-sessions/worker: sessions has no effect')
    expect(output).toContain('registerSessions()')
    expect(output).toContain('--import otel-sessions/register')
    expect(output).toContain('{"request:no-opentelemetry":5}')
  })

  it('is told nothing if OTEL_SDK_DISABLED has switched it off', async () => {
    const { output } = await run(application({ 'app.mjs': USE }), ['app.mjs'], { OTEL_SDK_DISABLED: 'TRUE' })
    expect(output.match(/ran/g)).toHaveLength(5)
    expect(output).not.toContain('request:no-opentelemetry')
  })
})

it('a job whose session never comes runs after its deadline, also if the process has nothing else to do', async () => {
  const job = `
    import { sessions } from 'otel-sessions/worker'
    const enter = sessions({ session: () => new Promise(() => {}), timeoutMillis: 500 })
    console.log(await enter(async () => 'ran')({}))
  `
  const { code, output } = await run(application({ 'app.mjs': job }), ['app.mjs'])
  // Node prints the line of an `await` that it gives up.
  expect([code, output]).toEqual([0, 'ran\n'])
})
