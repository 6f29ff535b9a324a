import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { answer, type Reply } from './support/server.ts'
import { connect, disconnect } from './support/transport.ts'

afterEach(disconnect)

const program = fileURLToPath(new URL('support/program.ts', import.meta.url))

let onHang = () => {}
/** Gives no answer, and tells the process that its request has arrived. */
const hang: Reply = () => onHang()

/** Runs a process that appends one span, and waits until it exits by itself. */
async function run(what: string, replies: Reply[]) {
  const { endpoint } = await connect(replies)
  const child = spawn(process.execPath, [program, endpoint.url, what], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Otherwise a process that does not exit would outlive its test.
    timeout: 100_000,
  })
  child.stdin.on('error', () => {})
  onHang = () => child.stdin.end()
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  return { code, output: output.trim(), requests: endpoint.received.length }
}

describe('a process', () => {
  it('exits although a batch waits for more spans', async () => {
    expect(await run('wait', [])).toEqual({ code: 0, output: 'appended', requests: 0 })
  })

  it('exits although the endpoint has asked to wait for an hour, and a connection is open', async () => {
    const inAnHour = answer(429, { 'retry-after': '3600' })
    expect(await run('drain once', [inAnHour])).toEqual({ code: 0, output: 'appended left 1', requests: 1 })
  })

  it('exits when its spans are delivered, although a connection is open', async () => {
    expect(await run('drain', [])).toEqual({ code: 0, output: 'appended left 0 delivered 1', requests: 1 })
  })

  it('exits although a request has no answer, without a drain', async () => {
    expect(await run('send', [hang])).toMatchObject({ code: 0, output: 'appended' })
  })

  it.each(['drain shortly', 'drain shortly, once'])(
    'exits although a request has no answer, after a drain has timed out: %s',
    async (what) => {
      expect(await run(what, [hang])).toEqual({ code: 0, output: 'appended left 1', requests: 1 })
    },
  )

  it.each(['drain shortly', 'drain shortly, once'])(
    'exits although the second request has no answer: %s',
    async (what) => {
      const result = await run(what, [answer(503), hang])
      expect(result).toMatchObject({ code: 0, output: 'appended left 1' })
    },
  )

  it('stays alive during a drain, although nothing else keeps it alive', async () => {
    const result = await run('drain', [answer(503), answer(503), answer(503)])
    expect(result).toEqual({ code: 0, output: 'appended left 0 delivered 1', requests: 4 })
  })
})
