import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { type Reply, startEndpoint } from './support/server.ts'
import { until } from './support/settings.ts'
import { closeLater, disconnect } from './support/transport.ts'

// After all of them: they run at the same time.
afterAll(disconnect)

const program = fileURLToPath(new URL('support/frozen-program.ts', import.meta.url))
/** So long that no process is frozen only after it, however busy the machine is. */
const TIMEOUT_MILLIS = 10_000

/** Starts a process that sends a span of so many bytes, and that can be frozen, as a serverless platform does. */
async function start(replies: Reply[] = [], bytes = 1) {
  const endpoint = closeLater(await startEndpoint(replies))
  const arguments_ = [program, endpoint.url, String(TIMEOUT_MILLIS), String(bytes)]
  const child = spawn(process.execPath, arguments_, { stdio: ['pipe', 'pipe', 'inherit'] })
  closeLater({ close: () => child.kill('SIGKILL') })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const state = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.[0]
  return {
    endpoint,
    child,
    /** What the process has counted once its spans are answered. */
    result: async () => JSON.parse((await lines.next()).value ?? ''),
    async freeze() {
      child.kill('SIGSTOP')
      await until(() => state() === 'T')
    },
    /** Continues the process when all its timers are due. */
    async thaw() {
      await setTimeout(2 * TIMEOUT_MILLIS)
      child.kill('SIGCONT')
    },
  }
}

// Only Linux shows from outside whether a process is frozen.
describe.skipIf(process.platform !== 'linux')('a process that is frozen', { concurrent: true }, () => {
  it('with a request in flight reads the answer that arrived meanwhile, and sends nothing twice', async () => {
    let respond: (() => void) | undefined
    const hang: Reply = (response) => {
      respond = () => response.end()
    }
    const { endpoint, result, freeze, thaw } = await start([hang])
    await until(() => respond !== undefined)
    await freeze()
    respond?.()
    await thaw()
    expect(await result()).toEqual({ delivered: 1, requests: 1, retried: 0 })
    expect(endpoint.received).toHaveLength(1)
  })

  it('while it connects sends its request once', async () => {
    const { endpoint, result, freeze, thaw } = await start()
    await until(() => endpoint.connections === 1)
    await freeze()
    await thaw()
    expect(await result()).toEqual({ delivered: 1, requests: 1, retried: 0 })
    expect(endpoint.received).toHaveLength(1)
  })

  it('while it sends goes on where it was', async () => {
    const { endpoint, result, freeze, thaw } = await start([], 30_000_000)
    await until(() => [...endpoint.sockets].some(({ bytesRead }) => bytesRead > 100_000))
    await freeze()
    await thaw()
    expect(await result()).toEqual({ delivered: 1, requests: 1, retried: 0 })
    expect(endpoint.received.map(({ body }) => body.length)).toEqual([30_000_001])
  })

  it('while its idle connection is closed sends the next request once, on a new one', async () => {
    const { endpoint, child, result, freeze, thaw } = await start()
    expect(await result()).toMatchObject({ delivered: 1, requests: 1 })
    await freeze()
    for (const socket of endpoint.sockets) socket.destroy()
    child.stdin.write('b\n')
    await thaw()
    expect(await result()).toEqual({ delivered: 2, requests: 2, retried: 0 })
    expect(endpoint.received.map(({ body }) => String(body))).toEqual(['a\n', 'b\n'])
    expect(endpoint.connections).toBe(2)
  })
})
