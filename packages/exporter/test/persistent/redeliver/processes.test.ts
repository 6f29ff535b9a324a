import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startEndpoint } from '../endpoint.ts'
import { temporaryFolder } from '../support.ts'

const program = fileURLToPath(new URL('program.ts', import.meta.url))
const SPANS = 400

/** An endpoint that knows only the new token, processes that share a directory, and what arrived. */
async function startDeployment() {
  const directory = temporaryFolder()
  const accepted: string[] = []
  const endpoint = await startEndpoint((response, { headers, spans }) => {
    const isAccepted = headers.authorization === 'new'
    if (isAccepted) accepted.push(...spans.map(({ name }) => name))
    response.writeHead(isAccepted ? 200 : 400).end('{}')
  })
  const outputs: string[] = []
  const start = (token: 'old' | 'new', prefix: string, spans: number, every: number) => {
    const values = [endpoint.url, directory, token, String(spans), prefix, String(every)]
    const child = spawn(process.execPath, [program, ...values], { stdio: ['ignore', 'pipe', 'inherit'] })
    const index = outputs.push('') - 1
    child.stdout.on('data', (chunk) => {
      outputs[index] += chunk
    })
    const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
    const kill = async () => {
      child.kill('SIGKILL')
      await closed
    }
    onTestFinished(kill)
    return kill
  }
  /** What all processes printed; what comes after the last line end may not be the whole name. */
  const printed = () => outputs.flatMap((output) => output.split('\n').slice(0, -1))
  return { directory, endpoint, accepted, start, printed }
}

test.each([
  ['every 3 ms', [3]],
  ['every 300 ms', [300]],
  ['by three processes at once', [3, 10, 300]],
])('rejected spans are redelivered %s while others are rejected, and none is lost', async (_, intervals) => {
  const { directory, endpoint, accepted, start, printed } = await startDeployment()
  const kills = [start('old', 'first', SPANS, 0), start('old', 'second', SPANS, intervals[0] ?? 0)]
  for (const [index, every] of intervals.entries()) kills.push(start('new', `new ${index}`, 0, every))
  const arrived = (spans: number) =>
    vi.waitFor(() => expect(new Set(accepted).size).toBeGreaterThan(spans), { timeout: 300_000, interval: 5 })
  // One of each kind is killed and replaced in the middle.
  await arrived(SPANS / 2)
  await kills[0]?.()
  await kills[2]?.()
  kills.push(start('old', 'third', SPANS, 0), start('new', 'last', SPANS, intervals[0] ?? 0))
  await arrived(SPANS)
  await vi.waitFor(() => expect(printed().length).toBeGreaterThan(2 * SPANS), { timeout: 300_000 })
  for (const kill of kills) await kill()
  const processor = new PersistentBatchSpanProcessor({
    ...{ url: endpoint.url, directory, protocol: 'http/json', headers: { authorization: 'new' } },
    exportTimeoutMillis: 300_000,
  })
  await processor.forceFlush()
  await processor.redeliver()
  await processor.forceFlush()
  expect(processor.stats().dropped).toEqual({})
  await processor.shutdown()
  expect(printed().filter((line) => line.startsWith('unbalanced'))).toEqual([])
  const all = new Set(accepted)
  expect(printed().filter((name) => !all.has(name))).toEqual([])
  const left = readdirSync(join(directory, 'rejected')).filter((name) => name.endsWith('.seg'))
  expect(left).toEqual([])
})
