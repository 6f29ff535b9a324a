import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Collector, startCollector } from '../../demo/support/collector.ts'
import type { ProgramConfig } from './program.ts'

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url))
/** Refuses every connection. */
const UNAVAILABLE = 'http://127.0.0.1:1/v1/traces'

let collector: Collector
let directory: string
const children: ChildProcess[] = []

beforeEach(async () => {
  collector = await startCollector()
  directory = mkdtempSync(join(tmpdir(), 'otel-sessions-exit-'))
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await collector.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Longer than any test. */
const NEVER = 1_000_000_000
/** Of a process that has to send everything: far more than a slow machine needs. */
const PATIENT = { shutdownTimeoutMillis: 120_000 } as const

/** Starts an endpoint that accepts connections and answers nothing; returns its URL. */
async function startSilent(): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
}

/** Runs a program to its end, and returns how it ended. */
async function run(config: Omit<ProgramConfig, 'url'> & { url?: string }, execArgv: string[] = []) {
  const child = fork(PROGRAM, [JSON.stringify({ url: collector.url, ...config })], {
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    execArgv,
  })
  children.push(child)
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return { code, signal }
}

/** Sends the spans that another process left. */
async function restart() {
  const processor = new PersistentBatchSpanProcessor({ url: collector.url, protocol: 'http/json', directory })
  await processor.forceFlush()
  await processor.shutdown()
  return processor.stats()
}

const arrived = () => new Set(collector.spans().map(({ name }) => name)).size

describe('a process that ends without a shutdown', () => {
  it('naturally: sends the pending spans first', async () => {
    expect(await run({ spans: 1000, end: 'naturally', ...PATIENT })).toEqual({ code: 0, signal: null })
    expect(arrived()).toBe(1001)
  })

  it('naturally, with a journal: sends the pending spans first, and leaves nothing behind', async () => {
    await run({ spans: 1000, end: 'naturally', directory, ...PATIENT })
    expect(arrived()).toBe(1001)
    expect(await restart()).toMatchObject({ adopted: 0 })
  })

  it('naturally, during an outage: exits without delay, and the next process sends the spans', async () => {
    expect(await run({ spans: 1000, end: 'naturally', directory, url: UNAVAILABLE })).toMatchObject({
      code: 0,
    })
    expect(await restart()).toMatchObject({ adopted: 1001, delivered: 1001, dropped: {} })
    expect(arrived()).toBe(1001)
  })

  it('naturally, while the endpoint accepts connections and answers nothing: does not wait for the deadline', async () => {
    const url = await startSilent()
    await run({ spans: 1000, end: 'naturally', directory, url, shutdownTimeoutMillis: NEVER })
    await restart()
    expect(arrived()).toBe(1001)
  })

  it('after a flush: has sent every span', async () => {
    await run({ spans: 1000, end: 'flush and exit' })
    expect(arrived()).toBe(1001)
  })

  for (const [end, code] of [
    ['process.exit', 0],
    ['uncaught', 1],
    ['rejection', 1],
    ['throw in the uncaughtException handler', 7],
    ['exit in the uncaughtException handler', 1],
  ] as const) {
    it(`by ${end}: the next process sends every span that ended`, async () => {
      expect(await run({ spans: 1000, end, directory })).toMatchObject({ code })
      await restart()
      expect(arrived()).toBe(1001)
    })

    it(`by ${end}: the next process sends the spans that were waiting for backfill`, async () => {
      await run({ spans: 500, end, directory, waits: true })
      await restart()
      expect(arrived()).toBe(500)
    })
  }

  it('killed: the next process sends every span that was in the journal according to stats()', async () => {
    expect(await run({ spans: 1000, end: 'kill once written', directory, url: UNAVAILABLE })).toMatchObject({
      signal: 'SIGKILL',
    })
    await restart()
    expect(arrived()).toBe(1001)
  })

  it('aborted: the next process sends every span that was in the journal', async () => {
    expect(await run({ spans: 1000, end: 'abort once written', directory, url: UNAVAILABLE })).toMatchObject({
      signal: 'SIGABRT',
    })
    await restart()
    expect(arrived()).toBe(1001)
  })

  it('out of memory: the next process sends every span that was in the journal', async () => {
    const config = { spans: 1000, end: 'out of memory once written', directory, url: UNAVAILABLE } as const
    const { code, signal } = await run(config, ['--max-old-space-size=50'])
    expect([code, signal]).not.toEqual([0, null])
    await restart()
    expect(arrived()).toBe(1001)
  })

  it('killed at the end of a burst: the next process sends all but the last 64 spans at most', async () => {
    expect(await run({ spans: 1000, end: 'kill', directory, url: UNAVAILABLE })).toMatchObject({
      signal: 'SIGKILL',
    })
    await restart()
    expect(arrived()).toBeGreaterThanOrEqual(1001 - 64)
  })

  it("killed at once, with durability 'span': the next process sends every span", async () => {
    await run({ spans: 1000, end: 'kill', directory, durability: 'span' })
    await restart()
    expect(arrived()).toBe(1001)
  })

  for (const url of [undefined, UNAVAILABLE]) {
    const endpoint = url === undefined ? 'available' : 'unavailable'
    for (const listens of ['span in beforeExit', 'flush in beforeExit'] as const) {
      it(`naturally, with a listener that each time does this: ${listens}, the endpoint ${endpoint}: exits`, async () => {
        const settings = url === undefined ? PATIENT : { url }
        expect(await run({ spans: 10, end: 'naturally', listens, ...settings })).toEqual({
          code: 0,
          signal: null,
        })
        if (url === undefined) expect(arrived()).toBe(listens === 'span in beforeExit' ? 12 : 11)
      })
    }
  }

  it('with an exit listener that ends a last span: the next process sends it', async () => {
    await run({ spans: 10, end: 'naturally', listens: 'span in exit', directory })
    await restart()
    expect(arrived()).toBe(12)
  })

  for (const listens of ['throw in exit', 'exit in exit', 'throw in exit, prepended'] as const) {
    for (const end of ['process.exit', 'naturally'] as const) {
      it(`${end}, with an exit listener that does this: ${listens}: the next process sends every span`, async () => {
        await run({ spans: 10, end, listens, directory, url: UNAVAILABLE })
        await restart()
        expect(arrived()).toBe(11)
      })
    }
  }

  it('leaves no folder behind once every span has been delivered', async () => {
    await run({ spans: 100, end: 'process.exit', directory })
    await restart()
    expect(readdirSync(directory).filter((name) => name !== 'rejected')).toEqual([])
  })
})

/** Starts a program, and resolves when it has ended its spans. */
async function start(config: Omit<ProgramConfig, 'url'> & { url?: string }) {
  const child = fork(PROGRAM, [JSON.stringify({ url: collector.url, directory, ...config })], {
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  })
  children.push(child)
  const exit = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
  await once(child, 'message')
  return { child, exit }
}

describe('a process that another one ends', () => {
  it('by a signal that it does not handle: the next process sends every span that was in the journal', async () => {
    const { child, exit } = await start({ spans: 1000, end: 'signal', durability: 'span', url: UNAVAILABLE })
    child.kill('SIGTERM')
    expect(await exit).toEqual([null, 'SIGTERM'])
    await restart()
    expect(arrived()).toBe(1001)
  })

  for (const listens of ['exit on SIGTERM', 'shutdown on SIGTERM'] as const) {
    for (const url of [undefined, UNAVAILABLE]) {
      const endpoint = url === undefined ? 'available' : 'unavailable'
      it(`by a signal, with this handler: ${listens}, the endpoint ${endpoint}: no span is lost`, async () => {
        const { child, exit } = await start({ spans: 1000, end: 'signal', listens, ...(url && { url }) })
        child.kill('SIGTERM')
        expect(await exit).toEqual([0, null])
        await restart()
        expect(arrived()).toBe(1001)
      })
    }
  }

  it('by a signal, while the endpoint accepts connections and answers nothing: does not wait for the deadline', async () => {
    const url = await startSilent()
    const settings = { url, shutdownTimeoutMillis: NEVER }
    const { child, exit } = await start({
      spans: 1000,
      end: 'signal',
      listens: 'shutdown on SIGTERM',
      ...settings,
    })
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
    await restart()
    expect(arrived()).toBe(1001)
  })

  it('by disconnecting it: it sends the pending spans first', async () => {
    const { child, exit } = await start({ spans: 1000, end: 'told to', ...PATIENT })
    child.disconnect()
    expect(await exit).toEqual([0, null])
    expect(arrived()).toBe(1001)
  })
})

describe('where the runtime forbids to ask for host, user and process', () => {
  const RESTRICTED = ['--import', new URL('./restricted.ts', import.meta.url).href]

  it('starts, and sends what a process left that was shut down', async () => {
    await run({ spans: 100, end: 'shutdown', directory, url: UNAVAILABLE }, RESTRICTED)
    expect(await run({ spans: 0, end: 'flush and exit', directory }, RESTRICTED)).toMatchObject({ code: 0 })
    expect(arrived()).toBe(101)
  })

  it('takes no other process for dead because its ID is unknown here: only a minute of silence tells', async () => {
    await run({ spans: 100, end: 'process.exit', directory }, RESTRICTED)
    await run({ spans: 0, end: 'flush and exit', directory }, RESTRICTED)
    expect(collector.spans()).toHaveLength(1)
    const hosts = readdirSync(directory).flatMap((name) => /^own\.([0-9a-f]+)\./.exec(name)?.[1] ?? [])
    expect(new Set(hosts).size).toBe(2)
  })
})

describe('a worker thread', () => {
  /** Runs the program in a worker thread, which ends by itself, or is ended by the main thread. */
  async function runWorker(config: Omit<ProgramConfig, 'url'>, how: 'wait' | 'exit' | 'terminate') {
    const child = fork(HOST, [JSON.stringify({ url: UNAVAILABLE, directory, ...config }), how], {
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    })
    children.push(child)
    await once(child, 'exit')
  }
  const HOST = fileURLToPath(new URL('./worker-host.ts', import.meta.url))

  for (const end of ['naturally', 'process.exit', 'uncaught'] as const) {
    it(`that ends by itself, ${end}: the next process sends every span`, async () => {
      await runWorker({ spans: 1000, end }, 'wait')
      await restart()
      expect(arrived()).toBe(1001)
    })
  }

  for (const how of ['exit', 'terminate'] as const) {
    it(`that the main thread ends (${how}), with durability 'span': the next process sends every span`, async () => {
      await runWorker({ spans: 1000, end: 'signal', durability: 'span' }, how)
      await restart()
      expect(arrived()).toBe(1001)
    })

    it(`that the main thread ends (${how}): the next process sends all but what was not written`, async () => {
      await runWorker({ spans: 1000, end: 'signal' }, how)
      await restart()
      expect(arrived()).toBeGreaterThanOrEqual(1001 - 128)
    })
  }
})

describe('a disk that hangs', () => {
  /** Starts a program whose disk hangs. */
  function startHanging(config: Omit<ProgramConfig, 'url'> & { url?: string }) {
    const fifo = join(directory, 'fifo')
    execFileSync('mkfifo', [fifo])
    const child = fork(PROGRAM, [JSON.stringify({ url: collector.url, directory, ...config })], {
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
      execArgv: ['--import', new URL('./hanging.ts', import.meta.url).href],
      env: { ...process.env, FIFO: fifo },
    })
    children.push(child)
    return { child, exit: once(child, 'exit') as Promise<[code: number | null, signal: string | null]> }
  }

  /** Returns how the shutdown of a program ends whose disk hangs. */
  async function shutDown(config: { url?: string; shutdownTimeoutMillis?: number }) {
    const { child } = startHanging({ ...config, spans: 20, end: 'shutdown' })
    const messages: unknown[] = []
    await new Promise<void>((resolve) => {
      child.on('message', (message) => {
        if (messages.push(message) === 2) resolve()
      })
    })
    return messages.at(-1)
  }

  it('does not keep a shutdown from delivering, and from ending in time', async () => {
    // Half of it is for sending, on a busy machine, too.
    expect(await shutDown({ shutdownTimeoutMillis: 8000 })).toBe('resolved')
    expect(arrived()).toBe(21)
  })

  it('keeps process.exit() from ending the process, and a signal that it does not handle ends it', async () => {
    const { child, exit } = await startHanging({ spans: 20, end: 'process.exit once it hangs' })
    // Sent by its last listener of `exit`.
    await new Promise<void>((resolve) => {
      child.on('message', (message) => message === 'exits' && resolve())
    })
    child.kill('SIGTERM')
    expect(await exit).toEqual([null, 'SIGTERM'])
  })

  it('lets a shutdown reject in time with the number of spans that are nowhere, if the endpoint is unavailable', async () => {
    expect(await shutDown({ url: UNAVAILABLE })).toBe(
      'shutdown: the disk does not answer; 21 spans not written, and lost when the process exits',
    )
  })
})

describe('a disk that is full', () => {
  /** Runs a program whose disk has room for a part of its spans, and returns what it has sent to this process. */
  async function runFull(config: Omit<ProgramConfig, 'url' | 'spans'> & { url?: string }) {
    const child = fork(PROGRAM, [JSON.stringify({ url: collector.url, directory, spans: 1000, ...config })], {
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
      execArgv: ['--import', new URL('./full.ts', import.meta.url).href],
      env: { ...process.env, ROOM: '100000' },
    })
    children.push(child)
    const messages: unknown[] = []
    child.on('message', (message) => messages.push(message))
    await once(child, 'close')
    return messages
  }

  it('when process.exit() is called: the next process sends what was written before, and the rest is lost', async () => {
    const [unwritten] = await runFull({ end: 'process.exit', listens: 'report in exit', url: UNAVAILABLE })
    expect(unwritten).toBeGreaterThan(0)
    expect(await restart()).toMatchObject({ adopted: 1001 - Number(unwritten), dropped: {} })
    expect(arrived()).toBe(1001 - Number(unwritten))
    expect(arrived()).toBeGreaterThan(0)
  })

  it('when the process ends naturally: it sends everything', async () => {
    await runFull({ end: 'naturally', ...PATIENT })
    expect(arrived()).toBe(1001)
  })

  it('at a shutdown while the endpoint is unavailable: it rejects with the number of spans that no file has', async () => {
    const messages = await runFull({ end: 'shutdown', url: UNAVAILABLE, shutdownTimeoutMillis: 500 })
    const [, lost] = /^shutdown: spans are lost: (\d+) shutdown;/.exec(String(messages.at(-1))) ?? []
    await restart()
    expect(arrived()).toBe(1001 - Number(lost))
    expect(arrived()).toBeGreaterThan(0)
  })
})
