import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startEndpoint } from '../endpoint.ts'
import { eventually } from '../queue/support.ts'
import { temporaryFolder } from '../support.ts'
import type { HeldProgramConfig } from './program.ts'

const program = fileURLToPath(new URL('program.ts', import.meta.url))

/** Refuses every connection: a request that is under way at the end is sent again. */
const UNAVAILABLE = 'http://127.0.0.1:1/v1/traces'

/** Runs a program whose spans wait, kills it when a moment has come, and delivers what it left. */
async function run(
  { durability, ...config }: Omit<HeldProgramConfig, 'url' | 'directory'>,
  moment: (printed: () => string[], directory: string, arrived: () => string[]) => Promise<void> = () =>
    new Promise(() => {}),
) {
  const directory = temporaryFolder()
  const endpoint = await startEndpoint()
  const url = config.end === undefined ? endpoint.url : UNAVAILABLE
  const argument = JSON.stringify({ url, directory, durability, ...config } satisfies HeldProgramConfig)
  const child = spawn(process.execPath, [program, argument], {
    // It prints the exception that ends it.
    stdio: ['ignore', 'pipe', config.end === 'uncaught' ? 'ignore' : 'inherit'],
    timeout: 500_000,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise((resolve) => child.on('close', resolve))
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  // What comes after the last line end may not be the whole name.
  const printed = () => output.split('\n').slice(0, -1)
  await Promise.race([ended, moment(printed, directory, endpoint.names)])
  child.kill('SIGKILL')
  await ended
  const processor = new PersistentBatchSpanProcessor({ url: endpoint.url, directory })
  await processor.forceFlush()
  await processor.shutdown()
  return { printed: printed(), names: endpoint.names(), directory, stats: processor.stats() }
}

const atLeast = (spans: number) => (printed: () => string[]) =>
  vi.waitFor(() => expect(printed().length).toBeGreaterThan(spans), { timeout: 300_000, interval: 1 })

describe('a process that is killed while spans wait for their trace', () => {
  test.each([1, 50, 200, 500, 1500])("loses none with durability 'span': after %d spans", async (spans) => {
    const { printed, names, directory, stats } = await run({ durability: 'span' }, atLeast(spans))
    const missing = printed.filter((name) => !names.includes(name))
    expect(missing).toEqual([])
    expect(stats).toMatchObject({ dropped: {}, corrupt: 0 })
    expect(readdirSync(directory)).toEqual([])
  })

  test('loses none that is in the files, 20 ms after its end', async () => {
    let written: string[] = []
    const { names, directory } = await run({ durability: 'batch' }, async (printed, folder, arrived) => {
      await atLeast(300)(printed)
      const before = printed()
      await eventually(() => {
        const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        const text = files
          .filter((file) => /\.(held|seg)$/.test(file))
          .map((file) => readFileSync(join(folder, file), 'latin1'))
          .join('')
        // What has arrived may be deleted already.
        const delivered = new Set(arrived())
        expect(before.filter((name) => !delivered.has(name) && !text.includes(`"${name}"`))).toEqual([])
      })
      written = before
    })
    expect(written.filter((name) => !names.includes(name))).toEqual([])
    expect(readdirSync(directory)).toEqual([])
  })
})

describe('a process that ends while spans wait for their trace leaves each of them once', () => {
  test.each([
    ['by process.exit()', 'batch', 'exit'],
    ['by process.exit()', 'span', 'exit'],
    ['by an uncaught exception', 'batch', 'uncaught'],
    ['by SIGTERM, with a handler that exits', 'batch', 'exit on SIGTERM'],
    ['by SIGTERM, with a handler that shuts down', 'batch', 'shutdown on SIGTERM'],
  ] as const)("%s, with durability '%s'", async (_, durability, end) => {
    const { printed, names, directory } = await run({ durability, end, exitAfter: 4000 })
    expect(names.filter((name) => name !== 'root').sort()).toEqual(printed.sort())
    expect(readdirSync(directory)).toEqual([])
  })
})
