import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startEndpoint } from '../endpoint.ts'
import { temporaryFolder } from '../support.ts'

const program = fileURLToPath(new URL('program.ts', import.meta.url))

/** Runs a program whose spans wait, kills it when a moment has come, and delivers what it left. */
async function killed(
  durability: 'batch' | 'span',
  moment: (printed: () => string[], directory: string) => Promise<void>,
  exitAfter = '1000000',
) {
  const directory = temporaryFolder()
  const endpoint = await startEndpoint()
  const child = spawn(process.execPath, [program, endpoint.url, directory, durability, exitAfter], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise((resolve) => child.on('close', resolve))
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  // What comes after the last line end may not be the whole name.
  const printed = () => output.split('\n').slice(0, -1)
  await Promise.race([ended, moment(printed, directory)])
  child.kill('SIGKILL')
  await ended
  const processor = new PersistentBatchSpanProcessor({ url: endpoint.url, directory })
  await processor.forceFlush()
  await processor.shutdown()
  return { printed: printed(), names: endpoint.names(), directory, stats: processor.stats() }
}

const atLeast = (spans: number) => (printed: () => string[]) =>
  vi.waitFor(() => expect(printed().length).toBeGreaterThan(spans), { timeout: 30_000, interval: 1 })

describe('a process that is killed while spans wait for their trace', () => {
  test.each([1, 50, 200, 500, 1500])("loses none with durability 'span': after %d spans", async (spans) => {
    const { printed, names, directory, stats } = await killed('span', atLeast(spans))
    const missing = printed.filter((name) => !names.includes(name))
    expect(missing).toEqual([])
    expect(stats).toMatchObject({ dropped: {}, corrupt: 0 })
    expect(readdirSync(directory)).toEqual([])
  })

  test('loses none that is in the files, 20 ms after its end', async () => {
    let written: string[] = []
    const { names, directory } = await killed('batch', async (printed, folder) => {
      await atLeast(300)(printed)
      const before = printed()
      await vi.waitFor(() => {
        const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        const text = files
          .filter((file) => /\.(held|seg)$/.test(file))
          .map((file) => readFileSync(join(folder, file), 'latin1'))
          .join('')
        expect(before.every((name) => text.includes(`"${name}"`))).toBe(true)
      })
      written = before
    })
    expect(written.filter((name) => !names.includes(name))).toEqual([])
    expect(readdirSync(directory)).toEqual([])
  })
})

test.each(['batch', 'span'] as const)(
  "a process that calls process.exit() leaves each span once, with durability '%s'",
  async (durability) => {
    const { printed, names, directory } = await killed(durability, () => new Promise(() => {}), '300')
    expect(names.filter((name) => name !== 'root').sort()).toEqual(printed.sort())
    expect(readdirSync(directory)).toEqual([])
  },
)
