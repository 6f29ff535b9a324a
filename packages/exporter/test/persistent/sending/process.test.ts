import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { answer, type Reply } from './support/server.ts'
import { connect, disconnect } from './support/transport.ts'

afterEach(disconnect)

const program = fileURLToPath(new URL('support/program.ts', import.meta.url))

/** Runs a process that appends one span, and waits for it to end by itself. */
async function run(what: string, replies: Reply[]) {
  const { receiver } = await connect(replies)
  const child = spawn(process.execPath, [program, receiver.url, what], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Else a process that does not end would outlive its test.
    timeout: 30_000,
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  return { code, output: output.trim(), requests: receiver.received.length }
}

describe('a process', () => {
  it('ends although a batch waits for more', async () => {
    expect(await run('wait', [])).toEqual({ code: 0, output: 'appended', requests: 0 })
  })

  it('ends although the receiver has asked for an hour, and a connection is open', async () => {
    const inAnHour = answer(429, { 'retry-after': '3600' })
    expect(await run('drain once', [inAnHour])).toEqual({ code: 0, output: 'appended left 1', requests: 1 })
  })

  it('ends when its spans are delivered, although a connection is open', async () => {
    expect(await run('drain', [])).toEqual({ code: 0, output: 'appended left 0 delivered 1', requests: 1 })
  })

  it('ends although a request has no answer, for which nobody waits', async () => {
    expect(await run('send', [() => {}])).toMatchObject({ code: 0, output: 'appended' })
  })

  it.each(['drain shortly', 'drain shortly, once'])(
    'ends although a request has no answer, when nobody waits any longer: %s',
    async (what) => {
      expect(await run(what, [() => {}])).toEqual({ code: 0, output: 'appended left 1', requests: 1 })
    },
  )

  it.each(['drain shortly', 'drain shortly, once'])(
    'ends although what follows the first request has no answer: %s',
    async (what) => {
      const result = await run(what, [answer(503), () => {}])
      expect(result).toMatchObject({ code: 0, output: 'appended left 1' })
    },
  )

  it('stays while somebody waits for its spans, though nothing else keeps it', async () => {
    const result = await run('drain', [answer(503), answer(503), answer(503)])
    expect(result).toEqual({ code: 0, output: 'appended left 0 delivered 1', requests: 4 })
  })
})
