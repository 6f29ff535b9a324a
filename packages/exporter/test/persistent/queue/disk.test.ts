import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  drain,
  failure,
  journals,
  names,
  ONE,
  quiet,
  record,
  segments,
  TestProcess,
  temporary,
  upTo,
} from './support.ts'

const CODES = ['ENOSPC', 'EROFS', 'EACCES', 'EIO', 'EDQUOT']

describe('a disk that cannot be written', () => {
  it.each(CODES)(
    'loses nothing while memory has room (%s), and is used again after a while',
    async (code) => {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory })
      queue.offer(record(0))
      await quiet()
      expect(queue.isOnDisk).toBe(true)
      process.onOperation = (name) => {
        if (name.startsWith('writev') || name === 'openSync') throw failure(code)
      }
      for (const name of [1, 2, 3]) queue.offer(record(name))
      await quiet()
      expect(queue.isOnDisk).toBe(false)
      queue.offer(record(4))
      process.onOperation = () => {}
      queue.offer(record(5))
      await quiet()
      // Not at once: a full disk is tried again only from time to time.
      expect(queue.isOnDisk).toBe(false)
      process.ahead += 30_000
      queue.offer(record(6))
      await quiet()
      expect(queue.isOnDisk).toBe(true)
      expect(queue.size.spans).toBe(7)
      // Everything is in files now.
      process.kill()
      const next = new TestProcess()
      const after = next.open({ directory })
      await after.ready
      expect((await drain(after)).sort()).toEqual(upTo(7))
      await after.close()
      expect(journals(directory)).toEqual([])
    },
  )

  it.each(CODES)('does not prevent the start (%s)', async (code) => {
    const process = new TestProcess()
    process.onOperation = (name) => {
      if (!['mkdirSync', 'readdir'].includes(name)) return
      throw failure(code)
    }
    const queue = process.open({ directory: temporary() })
    await queue.ready
    for (const name of upTo(3)) queue.offer(record(name))
    expect(queue.isOnDisk).toBe(false)
    expect(await drain(queue)).toEqual(upTo(3))
    await queue.close()
  })

  it('has its records in memory sent first, because a crash would lose them', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    queue.offer(record('on disk'))
    await quiet()
    process.onOperation = (name) => {
      if (name.startsWith('writev') || name === 'openSync') throw failure('ENOSPC')
    }
    queue.offer(record('in memory'))
    await quiet()
    expect(await drain(queue, ONE)).toEqual(['in memory', 'on disk'])
    await queue.close()
  })

  it('does not move leased records, which can be acked and nacked', async () => {
    const process = new TestProcess()
    process.onOperation = (name) => {
      if (name.startsWith('writev')) throw failure('ENOSPC')
    }
    const queue = process.open({ directory: temporary() }, 2)
    for (const name of upTo(3)) queue.offer(record(name))
    const first = await queue.lease(ONE)
    const second = await queue.lease(ONE)
    await quiet()
    first?.ack()
    second?.nack()
    expect((await drain(queue)).sort()).toEqual(['1', '2'])
    expect(queue.size.spans).toBe(0)
    await queue.close()
  })

  it.each([
    ['a new folder', 'writeSync'],
    ['a new segment', 'writev'],
  ])('leaves no open file and no folder behind: %s', async (_, write) => {
    const directory = temporary()
    const process = new TestProcess()
    let open = 0
    process.onOperation = (name) => {
      if (name === 'openSync' || name === 'open') open += 1
      if (name === 'closeSync' || name === 'close') open -= 1
      if (name === write) throw failure('ENOSPC')
    }
    const queue = process.open({ directory })
    queue.offer(record(1))
    await quiet()
    expect(await drain(queue)).toEqual(['1'])
    expect(segments(directory)).toEqual([])
    await queue.close()
    expect(open).toBe(0)
    expect(journals(directory)).toEqual([])
  })

  it('respects the limit of the memory, and counts what does not fit', async () => {
    const process = new TestProcess()
    process.onOperation = (name) => {
      if (name === 'openSync') throw failure('ENOSPC')
    }
    const queue = process.open({ directory: temporary(), maxMemoryBytes: 400 })
    for (const name of upTo(25)) queue.offer(record(name, { spans: 2 }))
    expect(process.counters.dropped).toEqual({ overflow: 30 })
    expect(queue.size).toMatchObject({ spans: 20, bytes: 400 })
    expect(await drain(queue)).toEqual(upTo(25).slice(15))
    await queue.close()
  })

  it('counts what only memory has as lost when the queue is closed', async () => {
    const process = new TestProcess()
    process.onOperation = (name) => {
      if (name === 'openSync') throw failure('ENOSPC')
    }
    const queue = process.open({ directory: temporary() })
    queue.offer(record(1, { spans: 5 }))
    await queue.close()
    expect(process.counters.dropped).toEqual({ shutdown: 5 })
    expect(queue.size.spans).toBe(0)
  })

  it('gets what only memory has when it works again at the end', async () => {
    const directory = temporary()
    const process = new TestProcess()
    process.onOperation = (name) => {
      if (name === 'openSync') throw failure('ENOSPC')
    }
    const queue = process.open({ directory })
    queue.offer(record(1, { spans: 5 }))
    process.onOperation = () => {}
    await queue.close()
    expect(process.counters.dropped).toEqual({})
    const next = new TestProcess()
    const after = next.open({ directory })
    await after.ready
    expect(await drain(after)).toEqual(['1'])
    await after.close()
  })

  it('counts as full when less than minFreeDiskBytes is free', async () => {
    const process = new TestProcess()
    process.freeBytes = 999
    const queue = process.open({ directory: temporary(), minFreeDiskBytes: 1000 })
    await quiet()
    expect(queue.isOnDisk).toBe(false)
    queue.offer(record(1))
    process.ahead += 30_000
    process.tick(10_000)
    await quiet()
    expect(queue.isOnDisk).toBe(false)
    process.freeBytes = 1000
    process.ahead += 30_000
    process.tick(10_000)
    await quiet()
    expect(queue.isOnDisk).toBe(true)
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
  })

  it('may lose the folder while the process runs: what is in memory is written to a new one', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    for (const name of upTo(3)) queue.offer(record(name))
    await quiet()
    rmSync(directory, { recursive: true })
    process.tick(10_000)
    await quiet()
    expect(queue.isOnDisk).toBe(true)
    expect(segments(directory)).toHaveLength(1)
    process.kill()
    const after = new TestProcess().open({ directory })
    await after.ready
    expect(await drain(after)).toEqual(upTo(3))
    await after.close()
  })
})

describe('a disk on which fdatasync fails', () => {
  it('is not trusted: what was written stays in memory, and is delivered once', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, fsync: 'batch' })
    queue.offer(record(0))
    await quiet()
    process.onOperation = (name) => {
      if (name === 'fdatasync') throw failure('EIO')
    }
    for (const name of [1, 2]) queue.offer(record(name))
    await quiet()
    expect(queue.isOnDisk).toBe(false)
    process.onOperation = () => {}
    expect((await drain(queue)).sort()).toEqual(upTo(3))
    expect(process.counters).toMatchObject({ corrupt: 0, dropped: {} })
    await queue.close()
    expect(journals(directory)).toEqual([])
  })
})

describe('writing', () => {
  it.each([1, 7, 100])('continues when a call writes only %i bytes', async (bytes) => {
    const directory = temporary()
    const process = new TestProcess()
    process.writeAtMost = bytes
    const queue = process.open({ directory, isSync: bytes === 7 })
    for (const name of upTo(5)) queue.offer(record(name))
    await quiet()
    process.kill()
    const after = new TestProcess().open({ directory })
    await after.ready
    expect(await drain(after)).toEqual(upTo(5))
    await after.close()
  })

  it('is done when writeNow returns, although a thread was about to do it', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    process.isStuck = true
    queue.offer(record(0))
    await Promise.resolve()
    queue.offer(record(1))
    queue.writeNow()
    process.kill()
    const after = new TestProcess().open({ directory })
    await after.ready
    expect(await drain(after)).toEqual(['0', '1'])
    await after.close()
  })

  it('happens within the call during a burst, so that memory keeps only a few megabytes', () => {
    const directory = temporary()
    const process = new TestProcess()
    const sync: string[] = []
    process.onOperation = (name) => {
      if (name === 'writevSync') sync.push(name)
    }
    const queue = process.open({ directory })
    for (const name of upTo(100)) queue.offer(record(name, { bytes: 160_000 }))
    expect(sync.length).toBeGreaterThan(2)
    queue.writeNow()
  })

  it('happens within the call from the second record in one turn of the event loop on', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary() })
    let written = 0
    process.onOperation = (name) => {
      if (name === 'writevSync') written += 1
    }
    for (const name of upTo(3)) {
      queue.offer(record(name))
      await quiet()
    }
    expect(written).toBe(0)
    queue.offer(record(3))
    expect(written).toBe(0)
    queue.offer(record(4))
    expect([written > 0, queue.unwritten]).toEqual([true, 0])
    await quiet()
    await queue.close()
  })

  it('does not happen within the call while an earlier write takes longer than a second', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary() })
    process.hang()
    queue.offer(record(0))
    await quiet()
    process.ahead += 1_001
    for (const name of upTo(100)) queue.offer(record(name, { bytes: 10_000 }))
    expect(queue.unwritten).toBe(101)
    process.answer()
    await quiet()
    expect(queue.unwritten).toBe(0)
    await queue.close()
  })

  it('is off the event loop, except for a new folder, rejected spans that are sent again, and the end', async () => {
    const process = new TestProcess()
    let calls: string[] = []
    process.onOperation = (name) => {
      if (name.endsWith('Sync')) calls.push(name)
    }
    const during = async (work: () => unknown) => {
      calls = []
      await work()
      await quiet()
      return [...new Set(calls)].sort()
    }
    const directory = temporary()
    let queue = process.open({ directory: temporary() })
    expect(
      await during(() => {
        queue = process.open({ directory })
        return queue.ready
      }),
    ).toEqual(['closeSync', 'mkdirSync', 'openSync', 'writeSync'])
    const work = async () => {
      queue.offer(record(1))
      await quiet()
      ;(await queue.lease(ONE))?.ack()
      for (const millis of [500, 10_000, 30_000]) process.tick(millis)
      ;(await queue.deadLetter('protobuf', [record(2).body], 1, 400))()
    }
    expect(await during(work)).toEqual([])
    expect(await during(() => queue.redeliver())).toEqual(['renameSync'])
    expect(await drain(queue)).toEqual(['2'])
    queue.offer(record(3))
    expect(await during(() => queue.writeNow())).toContain('writevSync')
    await queue.close()
  })

  it('skips what is acked before it is written', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    let written = 0
    process.onOperation = (name, [, parts]) => {
      if (name === 'writev') written += (parts as Buffer[]).length / 2
    }
    const lease = queue.offer(record('under way')) ?? (await queue.lease(ONE))
    for (const name of upTo(3)) queue.offer(record(name))
    const second = await queue.lease(ONE)
    expect(names(second)).toEqual([])
    lease?.ack()
    for (let left = 3; left > 0; left -= 1) (await queue.lease(ONE))?.ack()
    await quiet()
    expect(written).toBeLessThanOrEqual(4)
    expect(queue.size.spans).toBe(0)
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it.each(['batch', 'interval', 'never'] as const)(
    'is forced to the disk as the option says (%s)',
    async (fsync) => {
      const process = new TestProcess()
      const queue = process.open({ directory: temporary(), fsync })
      let synced = 0
      process.onOperation = (name) => {
        if (name === 'fdatasync') synced += 1
      }
      queue.offer(record(1))
      await quiet()
      expect(synced).toBe(fsync === 'batch' ? 1 : 0)
      process.tick(500)
      await quiet()
      expect(synced).toBe(fsync === 'never' ? 0 : 1)
      await queue.close()
    },
  )
})

describe('files that cannot be deleted', () => {
  it('are not delivered again by the next process', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    for (const name of upTo(3)) queue.offer(record(name))
    await quiet()
    process.onOperation = (name) => {
      if (name === 'unlink') throw failure('EIO')
    }
    expect(await drain(queue)).toEqual(upTo(3))
    await queue.close()
    expect(segments(directory)).toHaveLength(1)
    const next = new TestProcess()
    const after = next.open({ directory })
    await after.ready
    expect(next.counters.adopted).toBe(0)
    await after.close()
    expect(journals(directory)).toEqual([])
  })
})
