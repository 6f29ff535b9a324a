import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ok, startEndpoint } from '../endpoint.ts'
import { expectAccounted, startDelivery, temporaryFolder } from '../support.ts'

const program = fileURLToPath(new URL('program.ts', import.meta.url))

test.each([
  [400, 1, 3],
  [400, 4, 10],
  [503, 1, 3],
  [503, 1, 12],
  [503, 4, 20],
])(
  'a process that is killed while %i narrows a batch loses nothing: %i requests at a time, after %i failures',
  async (status, concurrency, failures) => {
    const directory = temporaryFolder()
    const accepted: string[] = []
    let failed = 0
    const endpoint = await startEndpoint((response, received) => {
      if (received.spans.some(({ name }) => name.startsWith('bad'))) {
        failed++
        response.writeHead(status).end()
        return
      }
      accepted.push(...received.spans.map(({ name }) => name))
      ok(response, received)
    })
    const values = [endpoint.url, directory, String(concurrency)]
    const child = spawn(process.execPath, [program, ...values], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = new Promise((resolve) => child.on('close', resolve))
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    await vi.waitFor(() => expect(failed).toBeGreaterThanOrEqual(failures), { timeout: 300_000, interval: 1 })
    child.kill('SIGKILL')
    await ended
    const names = output.split('\n').slice(0, -1)
    const good = names.filter((name) => !name.startsWith('bad'))
    const bad = names.filter((name) => name.startsWith('bad'))
    const { processor, end } = startDelivery({
      url: endpoint.url,
      directory,
      scheduledDelayMillis: 10,
      exportTimeoutMillis: 100,
    })
    // A flush ends before the journal of the other process is read if that takes longer than it may.
    const isDone = () => processor.stats().adopted > 0 && processor.stats().queued.spans === 0
    for (let i = 0; !isDone() || i < 3; i++) {
      end(`next ${i}`)
      await processor.forceFlush().catch(() => {})
    }
    expect(good.filter((name) => !accepted.includes(name))).toEqual([])
    const twice = accepted.filter((name, index) => accepted.indexOf(name) !== index)
    expect(twice.filter((name) => name.startsWith('early'))).toEqual([])
    expect(new Set(twice).size).toBe(twice.length)
    expect(processor.stats().dropped).toEqual({})
    expectAccounted(processor)
    endpoint.answer((response, received) => {
      accepted.push(...received.spans.map(({ name }) => name))
      ok(response, received)
    })
    await processor.redeliver()
    // A flush has 100 ms, which is little for a machine that is busy.
    while (processor.stats().queued.spans > 0) await processor.forceFlush().catch(() => {})
    expect(bad.filter((name) => !accepted.includes(name))).toEqual([])
  },
)
