import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../../../test/support/tracing.ts'
import type { SpanQueue } from '../../../src/persistent/queue/index.ts'
import { drain, failure, quiet, record, TestProcess, temporary, upTo } from './support.ts'

afterEach(stopTracing)

const reject = async (queue: SpanQueue, name: string, spans: number): Promise<void> => {
  ;(await queue.deadLetter('protobuf', [record(name).body], spans, 400))()
}

/** What came into a process minus what left it, which is what it still has. */
const balance = (process: TestProcess, queue: SpanQueue, offered: number): number => {
  const { adopted, redelivered, delivered, rejected, dropped } = process.counters
  const lost = Object.values(dropped).reduce((sum, spans) => sum + spans, 0)
  return offered + adopted + redelivered - delivered - rejected - lost - queue.size.spans
}

describe('a rejected span in the folder', () => {
  it('that another process deletes to make room is counted by that process, once', async () => {
    const directory = temporary()
    const [one, two] = [new TestProcess(), new TestProcess()]
    const first = one.open({ directory })
    for (const name of upTo(3)) await reject(first, name, 10)
    const second = two.open({ directory, maxRejectedBytes: 2 * 92 })
    two.ahead = 60_000
    await reject(second, 'own', 7)
    expect(one.counters).toMatchObject({ rejected: 30, dropped: {} })
    expect(two.counters).toMatchObject({ adopted: 20, rejected: 7, dropped: { rejected: 20 } })
    expect(balance(two, second, 7)).toBe(0)
    expect(await first.redeliver()).toBe(17)
    await first.close()
    await second.close()
  })

  it('that another process purges is counted by that process', async () => {
    const directory = temporary()
    const [one, two] = [new TestProcess(), new TestProcess()]
    const first = one.open({ directory })
    await reject(first, 'x', 10)
    const second = two.open({ directory })
    expect(await second.purge()).toBe(10)
    expect(two.counters).toMatchObject({ adopted: 10, dropped: { purged: 10 } })
    await first.close()
    await second.close()
  })

  it('is counted once when it is purged, redelivered and replaced at the same time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory, maxRejectedBytes: 6 * 92 })
      for (const name of upTo(5)) await reject(queue, name, 10)
      await Promise.all([
        queue.purge(),
        reject(queue, 'new', 10),
        queue.redeliver(),
        reject(queue, 'newer', 10),
      ])
      expect(balance(process, queue, 70)).toBe(0)
      await queue.redeliver()
      const spans = 10 * (await drain(queue)).length
      const { adopted, dropped } = process.counters
      expect(adopted).toBe(0)
      expect(spans + (dropped['purged'] ?? 0) + (dropped['rejected'] ?? 0)).toBe(70)
      await queue.close()
    }
  })

  it('is redelivered once by several processes at the same time', async () => {
    const directory = temporary()
    const processes = [new TestProcess(), new TestProcess(), new TestProcess()]
    const queues = processes.map((process) => process.open({ directory }))
    for (const name of upTo(12)) await reject(queues[0] as SpanQueue, name, 3)
    const redelivered = await Promise.all(queues.map((queue) => queue.redeliver()))
    expect(redelivered.reduce((sum, spans) => sum + spans, 0)).toBe(36)
    const all = await Promise.all(queues.map((queue) => drain(queue)))
    expect(all.flat().sort()).toEqual(upTo(12).sort())
    for (const queue of queues) await queue.close()
  })

  it('is not lost to a queue without room: it stays', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, maxBytes: 64 * 1024 })
    await reject(queue, 'letter', 5)
    queue.offer(record('queued', { bytes: 64 * 1024 - 100 }))
    expect(await queue.redeliver()).toBe(0)
    expect(process.counters.dropped).toEqual({})
    expect(await drain(queue)).toEqual(['queued'])
    await quiet()
    process.tick(10_000)
    await quiet()
    expect(await queue.redeliver()).toBe(5)
    expect(await drain(queue)).toEqual(['letter'])
    await queue.close()
  })

  it('takes no room from what is queued, where only memory has it', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary(), maxBytes: 150 })
    process.onOperation = (name, [path]) => {
      if (name === 'open' && String(path).includes('rejected')) throw failure('ENOSPC')
    }
    await reject(queue, 'letter', 5)
    queue.offer(record('queued'))
    expect(await queue.redeliver()).toBe(0)
    expect(process.counters).toMatchObject({ rejected: 5, dropped: {} })
    expect(await drain(queue)).toEqual(['queued'])
    process.onOperation = () => {}
    await queue.close()
  })

  it.each([0, 20, 60])('is counted when its file is truncated to %i bytes', async (bytes) => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    await reject(queue, 'x', 10)
    const folder = join(directory, 'rejected')
    truncateSync(join(folder, readdirSync(folder)[0] ?? ''), bytes)
    expect(await queue.redeliver()).toBe(10)
    expect(process.counters).toMatchObject({ redelivered: 10, dropped: { corrupt: 10 } })
    expect(balance(process, queue, 10)).toBe(0)
    await queue.close()
  })

  it('is seen when it is whole, also by a process without a journal', async () => {
    const directory = temporary()
    const process = new TestProcess()
    process.onOperation = (name) => {
      if (name === 'mkdirSync') throw failure('ENOSPC')
    }
    const queue = process.open({ directory })
    let seen: string[] = []
    process.onOperation = (name) => {
      if (name === 'rename') seen = readdirSync(join(directory, 'rejected'))
    }
    const count = await queue.deadLetter('protobuf', [record('whole').body], 7, 400)
    expect(seen).toEqual([expect.stringMatching(/\.part$/)])
    count()
    await queue.close()
    const next = new TestProcess().open({ directory })
    expect(await next.redeliver()).toBe(7)
    expect(await drain(next)).toEqual(['whole'])
    await next.close()
  })

  it('moves from memory to the folder when the disk can be written again, at the latest at the end', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    process.onOperation = (name) => {
      if (name === 'open') throw failure('ENOSPC')
    }
    await reject(queue, 'kept', 7)
    process.onOperation = () => {}
    await queue.close()
    expect(process.counters).toMatchObject({ rejected: 7, dropped: {} })
    const next = new TestProcess().open({ directory })
    expect(await next.redeliver()).toBe(7)
    await next.close()
  })
})

describe('the folder of rejected spans', () => {
  it('has no part of a file that a kill has left, after some time', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    await reject(queue, 'x', 1)
    const part = join(directory, 'rejected', '1700000000000-400-5-0123456789ab.seg.part')
    writeFileSync(part, 'a part of a prompt')
    await queue.redeliver()
    expect(existsSync(part)).toBe(true)
    utimesSync(part, 0, 0)
    await queue.redeliver()
    expect(existsSync(part)).toBe(false)
    await queue.close()
  })

  it('has no part of a file that a kill has left, once the application purges', async () => {
    const directory = temporary()
    const queue = new TestProcess().open({ directory })
    await reject(queue, 'x', 1)
    writeFileSync(
      join(directory, 'rejected', '1700000000000-400-5-0123456789ab.seg.part'),
      'a part of a prompt',
    )
    expect(await queue.purge()).toBe(1)
    expect(readdirSync(join(directory, 'rejected'))).toEqual([])
    await queue.close()
  })

  it('loses nothing of a file that a process is writing, whichever process purges', async () => {
    const directory = temporary()
    const writing = new TestProcess()
    const queue = writing.open({ directory })
    const other = new TestProcess().open({ directory })
    await Promise.all([queue.ready, other.ready])
    const { promises } = writing.disk
    let beforeRename = async () => {}
    let failed = 0
    const rename = async (from: string, to: string) => {
      await beforeRename()
      await promises.rename(from, to).catch((error) => {
        failed += 1
        throw error
      })
    }
    const replaced = Object.create(promises, { rename: { value: rename } })
    writing.disk = Object.create(writing.disk, { promises: { value: replaced } })

    let purged: Promise<unknown> | undefined
    beforeRename = async () => {
      purged = queue.purge()
      for (let turn = 0; turn < 100; turn += 1) await nextTurn()
    }
    await reject(queue, 'own', 7)
    await purged
    expect(failed).toBe(0)
    expect(balance(writing, queue, 7)).toBe(0)

    beforeRename = async () => void (await other.purge())
    await reject(queue, 'kept', 7)
    expect(failed).toBe(1)
    expect(balance(writing, queue, 14)).toBe(0)
    beforeRename = async () => {}
    await queue.redeliver()
    expect(await drain(queue)).toContain('kept')
    await queue.close()
    await other.close()
  })

  it.skipIf(process.platform === 'win32').each([
    ['is a link', (path: string, elsewhere: string) => symlinkSync(elsewhere, path)],
    [
      'may be written by everybody',
      (path: string) => {
        mkdirSync(path)
        chmodSync(path, 0o777)
      },
    ],
    ['is a file', (path: string) => writeFileSync(path, '')],
  ])('is not used when it %s: spans stay in memory, and that is logged', async (_, plant) => {
    const warnings = collectWarnings()
    const [directory, elsewhere] = [temporary(), temporary()]
    const path = join(directory, 'rejected')
    plant(path, elsewhere)
    const process = new TestProcess()
    const queue = process.open({ directory })
    await reject(queue, 'x', 7)
    expect(readdirSync(elsewhere)).toEqual([])
    expect(process.counters.rejected).toBe(7)
    expect(await queue.redeliver()).toBe(7)
    expect(await drain(queue)).toEqual(['x'])
    await queue.close()
    expect(warnings.join('\n')).toContain(path)
    rmSync(path, { recursive: true })
  })

  it.skipIf(process.platform === 'win32').each([
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to an endless device', (path: string) => symlinkSync('/dev/zero', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('leaves %s in it alone', async (_, plant) => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, maxRejectedBytes: 0 })
    mkdirSync(join(directory, 'rejected'), { mode: 0o700 })
    const name = '1700000000000-400-5-0123456789ab.seg'
    plant(join(directory, 'rejected', name))
    expect(await queue.redeliver()).toBe(0)
    await reject(queue, 'x', 7)
    expect(readdirSync(join(directory, 'rejected'))).toEqual([name])
    expect(await queue.purge()).toBe(0)
    expect(process.counters).toMatchObject({ adopted: 0, rejected: 0, dropped: { rejected: 7 } })
    await queue.close()
  })
})

it('spans that only memory keeps are lost at the end of the process, which is what is logged', async () => {
  const warnings = collectWarnings()
  const process = new TestProcess()
  const queue = process.open()
  await reject(queue, 'x', 7)
  await queue.close()
  expect(process.counters).toMatchObject({ rejected: 0, dropped: { rejected: 7 } })
  expect(warnings.join('\n')).toContain('the process is ending')
  expect(warnings.join('\n')).not.toContain('no space')
})
