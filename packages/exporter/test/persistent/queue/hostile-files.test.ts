import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recordHeader, segmentHeader } from '../../../src/persistent/journal/segment/format.ts'
import { drain, record, segments, TestProcess, temporary, upTo } from './support.ts'

/** A journal with three records, which a killed process left. */
function left(): { directory: string; segment: string } {
  const directory = temporary()
  const process = new TestProcess()
  const queue = process.open({ directory, isSync: true })
  for (const name of upTo(3)) queue.offer(record(name))
  process.kill()
  return { directory, segment: segments(directory)[0] ?? '' }
}

const FOREIGN_FILES: [string, (path: string) => void][] = [
  ['a FIFO', (path) => execFileSync('mkfifo', [path])],
  ['a link to an endless device', (path) => symlinkSync('/dev/zero', path)],
  ['a link to a file', (path) => symlinkSync(join(dirname(dirname(path)), 'elsewhere'), path)],
  ['a folder', (path) => mkdirSync(path)],
]

describe.skipIf(process.platform === 'win32')('a file of a journal is not read', () => {
  it.each(FOREIGN_FILES)('when it becomes %s after it was listed', async (_, replace) => {
    const { directory, segment } = left()
    const next = new TestProcess()
    let opened = ''
    next.onOperation = (name, args) => {
      if (name !== 'open' || opened !== '' || !String(args[0]).endsWith('.seg')) return
      opened = String(args[0])
      renameSync(opened, join(directory, 'elsewhere'))
      replace(opened)
    }
    const queue = next.open({ directory })
    await queue.ready
    expect(opened).not.toBe('')
    expect(segment).not.toBe('')
    expect(next.counters).toMatchObject({ adopted: 0, corrupt: 1 })
    expect(await drain(queue)).toEqual([])
    expect(statSync(join(directory, 'elsewhere')).size).toBeGreaterThan(0)
    await queue.close()
  })

  it.each(FOREIGN_FILES)(
    'when the checkpoint becomes %s after it was listed: nothing counts as acked',
    async (_, replace) => {
      const { directory } = left()
      const next = new TestProcess()
      let opened = ''
      next.onOperation = (name, args) => {
        if (name !== 'open' || opened !== '' || !String(args[0]).endsWith('cursor')) return
        opened = String(args[0])
        unlinkSync(opened)
        replace(opened)
      }
      const queue = next.open({ directory })
      await queue.ready
      expect(opened).not.toBe('')
      expect(await drain(queue)).toEqual(upTo(3))
      await queue.close()
    },
  )
})

/** The largest growth of the memory while something runs. */
async function growth(run: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before)
  }, 1)
  await run()
  clearInterval(timer)
  return most
}

describe('a file of any size takes no more memory than a segment', () => {
  const MEGABYTES = 1024 * 1024

  it('when it is sparse', async () => {
    const { directory, segment } = left()
    truncateSync(segment, 1900 * MEGABYTES)
    const process = new TestProcess()
    const queue = process.open({ directory, maxBytes: 64 * MEGABYTES })
    const grown = await growth(async () => {
      await queue.ready
      queue.offer(record('own'))
      expect(await drain(queue)).toEqual([...upTo(3), 'own'])
    })
    expect(grown).toBeLessThan(100 * MEGABYTES)
    expect(process.counters).toMatchObject({ torn: 1, dropped: {} })
    await queue.close()
  })

  it.each([
    ['more than a record may have', 1800 * MEGABYTES],
    ['a sum that is wrong', 200 * MEGABYTES],
  ])('when a header claims %s', async (_, storedBytes) => {
    const { directory, segment } = left()
    const sizes = { storedBytes, bytes: storedBytes, spans: 5, crc: 0 }
    const claim = recordHeader({ format: 'protobuf', compression: 'none', epoch: 0, ...sizes }, 16)
    writeFileSync(segment, Buffer.concat([segmentHeader('protobuf'), claim]))
    truncateSync(segment, 1900 * MEGABYTES)
    const process = new TestProcess()
    const queue = process.open({ directory })
    const grown = await growth(async () => {
      await queue.ready
      expect(await drain(queue)).toEqual([])
    })
    expect(grown).toBeLessThan(100 * MEGABYTES)
    expect(process.counters).toMatchObject({ adopted: 5, dropped: { corrupt: 5 } })
    await queue.close()
  })

  it('and a single record that is larger than a segment is read', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    dead.open({ directory, isSync: true }).offer(record('large', { bytes: 20 * MEGABYTES }))
    dead.kill()
    const process = new TestProcess()
    const queue = process.open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(['large'])
    expect(process.counters).toMatchObject({ adopted: 1, corrupt: 0, torn: 0 })
    await queue.close()
  })
})
