import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SpanQueue } from '../../../src/persistent/queue/index.ts'
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

/** Leases one record after the other and has it rejected. */
async function rejectNext(queue: SpanQueue, records: number): Promise<void> {
  for (let count = 0; count < records; count += 1) {
    const lease = await queue.lease(ONE)
    if (lease === undefined) return
    const count = await queue.deadLetter(lease.format, lease.bodies, lease.spans, 400)
    count()
    lease.ack()
  }
}

describe.each([
  ['in memory', () => undefined],
  ['in a folder', () => temporary()],
])('dead letters are kept %s', (_, directoryOf) => {
  it('until they are redelivered, after what is queued', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: directoryOf() })
    for (const name of upTo(4)) queue.offer(record(name, { spans: 3 }))
    await rejectNext(queue, 3)
    expect(queue.size.spans).toBe(3)
    expect(process.counters).toMatchObject({ rejected: 9, redelivered: 0, dropped: {} })
    expect(await queue.redeliver()).toBe(9)
    expect(process.counters).toMatchObject({ rejected: 9, redelivered: 9 })
    expect(queue.size.spans).toBe(12)
    expect((await drain(queue)).sort()).toEqual(upTo(4))
    expect(await queue.redeliver()).toBe(0)
    await queue.close()
  })

  it('with all bodies of a request and the sum of their spans', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: directoryOf() })
    const bodies = upTo(3).map((name) => record(name).body)
    ;(await queue.deadLetter('json', bodies, 10, 400))()
    expect(await queue.redeliver()).toBe(10)
    const lease = await queue.lease({ maxSpans: 100, maxBytes: 1000 })
    expect(lease).toMatchObject({ format: 'json', spans: 10 })
    expect(names(lease)).toEqual(upTo(3))
    lease?.ack()
    expect(queue.size.spans).toBe(0)
    await queue.close()
  })

  it('as far as there is room: the oldest are dropped and counted', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: directoryOf(), maxRejectedBytes: 5 * (40 + 52) })
    for (const name of upTo(20)) queue.offer(record(name, { spans: 3 }))
    await rejectNext(queue, 20)
    const { rejected, dropped } = process.counters
    expect(rejected + (dropped.rejected ?? 0)).toBe(60)
    await queue.redeliver()
    const again = await drain(queue)
    expect(again.length * 3).toBe(rejected)
    expect(again).toEqual(upTo(20).slice(-again.length))
    expect(again.length).toBeGreaterThanOrEqual(5)
    expect(again.length).toBeLessThan(15)
    await queue.close()
  })

  it('until they are purged, with everything that is queued', async () => {
    const directory = directoryOf()
    const process = new TestProcess()
    const queue = process.open({ directory }, 2)
    for (const name of upTo(6)) queue.offer(record(name, { spans: 3 }))
    await rejectNext(queue, 2)
    const delivered = await queue.lease(ONE)
    const failed = await queue.lease(ONE)
    const left = queue.trackQueued()
    expect(await queue.purge()).toBe(12)
    // Two leases are open: one is delivered, the other fails and is dropped then.
    expect(left()).toBe(6)
    if (directory) expect(segments(directory)).toEqual([])
    delivered?.ack()
    failed?.nack()
    expect(left()).toBe(0)
    expect(process.counters).toMatchObject({ rejected: 0, dropped: { purged: 15 } })
    expect(queue.size).toEqual({ spans: 0, bytes: 0, oldestAgeMillis: 0 })
    expect(await drain(queue)).toEqual([])
    queue.offer(record('after'))
    expect(await drain(queue)).toEqual(['after'])
    await queue.close()
    if (directory) expect(journals(directory)).toEqual([])
  })
})

describe('the folder of dead letters', () => {
  it('is readable for the owner only, and the names of its files tell status and spans', async () => {
    const directory = temporary()
    const queue = new TestProcess().open({ directory })
    ;(await queue.deadLetter('protobuf', [record('secret').body], 7, 403))()
    const folder = join(directory, 'rejected')
    const [name = ''] = readdirSync(folder)
    expect(name).toMatch(/^\d{13}-403-7-[0-9a-f]{12}\.seg$/)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, name)).includes('secret')).toBe(true)
    await queue.close()
  })

  it('outlives the process, and what is redelivered counts as new', async () => {
    const directory = temporary()
    const first = new TestProcess().open({ directory })
    ;(await first.deadLetter('protobuf', [record('once').body], 7, 400))()
    await first.close()
    const process = new TestProcess()
    process.ahead = 1e12
    const queue = process.open({ directory })
    expect(await queue.redeliver()).toBe(7)
    expect(process.counters).toMatchObject({ rejected: 0, redelivered: 7 })
    ;(await queue.lease(ONE))?.nack()
    expect(await drain(queue)).toEqual(['once'])
    await queue.close()
  })

  it('loses nothing by a crash during redelivery', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const first = process.open({ directory, isSync: true })
    for (const name of upTo(4)) first.offer(record(name))
    await rejectNext(first, 2)
    await first.redeliver()
    first.offer(record(4))
    ;(await first.lease({ maxSpans: 3, maxBytes: 1000 }))?.ack()
    await quiet()
    process.kill()
    const queue = new TestProcess().open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(['1', '4'])
    await queue.close()
  })

  it('gets a file when it is whole, so that no other process and no kill meets a part of one', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    const folder = join(directory, 'rejected')
    const operations: [name: string, path: unknown][] = []
    process.onOperation = (name, args) => void operations.push([name, args.at(name === 'rename' ? 1 : 0)])
    ;(await queue.deadLetter('protobuf', [record('whole').body], 7, 400))()
    const [letter = ''] = readdirSync(folder)
    expect(operations.filter(([, path]) => path === join(folder, letter))).toEqual([
      ['rename', join(folder, letter)],
      ['lstat', join(folder, letter)],
    ])
    await queue.close()
  })

  it('is replaced by memory when it cannot be written', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary() })
    process.onOperation = (name) => {
      if (name === 'open') throw failure('ENOSPC')
    }
    ;(await queue.deadLetter('protobuf', [record('kept').body], 7, 400))()
    expect(process.counters.rejected).toBe(7)
    expect(await queue.redeliver()).toBe(7)
    expect(await drain(queue)).toEqual(['kept'])
    await queue.close()
  })
})

describe('purge', () => {
  it.each(['written', 'not written'])(
    'deletes a dead letter that is about to be kept and is %s',
    async (which) => {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory })
      await queue.ready
      process.onOperation = (name) => {
        if (name === 'rename' && which === 'not written') throw failure('ENOSPC')
      }
      process.hang()
      const kept = queue.deadLetter('protobuf', [record('secret').body], 7, 400)
      const purged = queue.purge()
      await quiet()
      process.answer()
      await purged
      ;(await kept)()
      expect(process.counters).toMatchObject({ rejected: 0, dropped: { purged: 7 } })
      expect(readdirSync(join(directory, 'rejected'))).toEqual([])
      expect(await queue.redeliver()).toBe(0)
      await queue.close()
    },
  )

  it('deletes what dead processes left, but not the journals of living ones', async () => {
    const directory = temporary()
    const [dead, living] = [new TestProcess(), new TestProcess()]
    dead.open({ directory, isSync: true }).offer(record('of the dead'))
    const other = living.open({ directory, isSync: true })
    other.offer(record('of the living'))
    const process = new TestProcess()
    const queue = process.open({ directory })
    // Either would take over what it finds later.
    await Promise.all([other.ready, queue.ready])
    dead.kill()
    expect(await queue.purge()).toBe(1)
    await quiet()
    expect(journals(directory)).toHaveLength(2)
    expect(await drain(other)).toEqual(['of the living'])
    await queue.close()
    await other.close()
    expect(existsSync(directory)).toBe(true)
  })
})
