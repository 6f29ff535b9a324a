import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../../demo/support/collector.ts'
import { listen } from '../../demo/support/http.ts'
import type { ProgramConfig } from './program.ts'

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url))

let collector: Collector
const children: ChildProcess[] = []

beforeEach(async () => {
  collector = await startCollector()
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await collector.close()
})

interface Message {
  type: string
  value?: unknown
}

function start(config: Omit<ProgramConfig, 'url'> & { url?: string }) {
  const child = fork(PROGRAM, [JSON.stringify({ url: collector.url, ...config })], {
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  })
  children.push(child)
  const exit = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
  /** The next message, or how the program ended. */
  const nextMessage = async () => {
    const [message] = await Promise.race([once(child, 'message') as Promise<[Message]>, exit])
    return message
  }
  return { child, exit, nextMessage }
}

/** Starts a program, sends it a signal, and returns how it ends. */
async function endBy(signal: NodeJS.Signals, config: Parameters<typeof start>[0]) {
  const { child, exit, nextMessage } = start(config)
  expect(await nextMessage()).toMatchObject({ type: 'ready' })
  child.kill(signal)
  return exit
}

/** The ends that were exported: state and reason by session. */
function ends() {
  const spans = collector.spans().filter(({ name }) => name === 'session.end')
  return Object.fromEntries(
    spans.map(({ attributes }) => [
      attributes['session.id'],
      [attributes['session.end.state'], attributes['session.end.reason']],
    ]),
  )
}

const starts = () => collector.spans().filter(({ name }) => name === 'session.start').length

const DONE = ['success', undefined]
const allEnded = (reason: string) => ({
  one: ['indeterminate', reason],
  two: ['indeterminate', reason],
  done: DONE,
})

describe('a process that gets a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends its sessions on %s, and then ends by the signal',
    async (signal) => {
      expect(await endBy(signal, {})).toEqual([null, signal])
      expect(ends()).toEqual({ done: DONE })
      expect(await endBy(signal, { timeoutMillis: 60_000 })).toEqual([null, signal])
      expect(ends()).toEqual(allEnded(signal))
    },
  )

  it.each(['shut down', 'shut down once'] as const)(
    'with a listener of its own (%s) exits by that, after the ends are exported',
    async (own) => {
      expect(await endBy('SIGTERM', { timeoutMillis: 60_000, own })).toEqual([0, null])
      expect(ends()).toEqual(allEnded('SIGTERM'))
    },
  )

  it('is not kept alive by signal-exit', async () => {
    expect(await endBy('SIGTERM', { timeoutMillis: 60_000, own: 'signal-exit' })).toEqual([null, 'SIGTERM'])
    expect(ends()).toEqual(allEnded('SIGTERM'))
  })

  it('ends when all copies of the package have flushed', async () => {
    const { child, exit, nextMessage } = start({ timeoutMillis: 60_000, own: 'another copy', waits: true })
    expect(await nextMessage()).toMatchObject({ type: 'ready' })
    child.kill('SIGTERM')
    expect(await nextMessage()).toEqual({ type: 'flushing' })
    child.send({ type: 'flush' })
    expect(await exit).toEqual([null, 'SIGTERM'])
    expect(ends()).toEqual({ ...allEnded('SIGTERM'), 'of the copy': ['indeterminate', 'SIGTERM'] })
  })

  it('that lives on ends newer sessions on the next signal', async () => {
    const { child, exit, nextMessage } = start({ timeoutMillis: 60_000, own: 'live on' })
    expect(await nextMessage()).toMatchObject({ type: 'ready' })
    child.kill('SIGTERM')
    expect(await nextMessage()).toEqual({ type: 'alive' })
    child.send({ type: 'start' })
    expect(await nextMessage()).toEqual({ type: 'started', value: 'three' })
    child.kill('SIGTERM')
    expect(await nextMessage()).toEqual({ type: 'alive' })
    child.send({ type: 'shut down' })
    expect(await exit).toEqual([0, null])
    expect(ends()).toEqual({ ...allEnded('SIGTERM'), three: ['indeterminate', 'SIGTERM'] })
  })

  it('ends at once on a second signal', async () => {
    const { child, exit, nextMessage } = start({ timeoutMillis: 600_000, waits: true })
    expect(await nextMessage()).toMatchObject({ type: 'ready' })
    child.kill('SIGTERM')
    expect(await nextMessage()).toEqual({ type: 'flushing' })
    child.kill('SIGINT')
    expect(await exit).toEqual([null, 'SIGINT'])
  })

  it('does not wait longer than timeoutMillis for a collector that does not answer', async () => {
    const { server, port } = await listen(() => {})
    const url = `http://127.0.0.1:${port}/hangs`
    try {
      expect(await endBy('SIGTERM', { timeoutMillis: 300, url })).toEqual([null, 'SIGTERM'])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('a process that ends in another way', () => {
  it('emits no ends on SIGKILL', async () => {
    expect(await endBy('SIGKILL', { timeoutMillis: 60_000 })).toEqual([null, 'SIGKILL'])
    expect(starts()).toBe(3)
    expect(ends()).toEqual({ done: DONE })
  })

  it('emits no ends in a crash', async () => {
    const { child, exit, nextMessage } = start({ timeoutMillis: 60_000 })
    await nextMessage()
    child.send({ type: 'crash' })
    expect(await exit).toEqual([1, null])
    expect(starts()).toBe(3)
    expect(ends()).toEqual({ done: DONE })
  })

  it('ends its sessions for the reason shutdown when its provider shuts down', async () => {
    const { child, exit, nextMessage } = start({})
    await nextMessage()
    child.send({ type: 'shut down' })
    expect(await exit).toEqual([0, null])
    expect(ends()).toEqual(allEnded('shutdown'))
  })
})

it('there are no listeners without endSessionsOnSignals', async () => {
  const [without, listening] = [start({}), start({ timeoutMillis: 60_000 })]
  expect(await without.nextMessage()).toEqual({ type: 'ready', value: 0 })
  expect(await listening.nextMessage()).toEqual({ type: 'ready', value: 2 })
})
