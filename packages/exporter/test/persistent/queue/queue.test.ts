import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  ALL,
  drain,
  journals,
  names,
  ONE,
  quiet,
  record,
  SETTINGS,
  segments,
  TestProcess,
  temporary,
  upTo,
} from './support.ts'

describe.each([
  ['in memory', () => undefined],
  ['in a journal', () => temporary()],
  ['in a journal that is written within the call', () => temporary(), true],
])('a queue %s', (_, directoryOf, isSync = false) => {
  const open = (window = 1) => {
    const process = new TestProcess()
    const directory = directoryOf()
    return { process, directory, queue: process.open({ directory, isSync }, window) }
  }

  it('leases what was offered, in order and within the limits', async () => {
    const { queue } = open()
    for (const name of upTo(5)) queue.offer(record(name, { spans: 2 }))
    const first = await queue.lease({ maxSpans: 5, maxBytes: 1000 })
    expect(names(first)).toEqual(['0', '1'])
    expect(first).toMatchObject({ format: 'protobuf', spans: 4, bytes: 80 })
    first?.ack()
    const second = await queue.lease({ maxSpans: 100, maxBytes: 79 })
    expect(names(second)).toEqual(['2'])
    second?.ack()
    expect(await drain(queue)).toEqual(['3', '4'])
    expect(queue.size).toEqual({ spans: 0, bytes: 0, oldestAgeMillis: 0 })
    await queue.close()
  })

  it('leases nacked records again, first, and in smaller leases if asked', async () => {
    const { queue } = open()
    for (const name of upTo(6)) queue.offer(record(name))
    const lease = await queue.lease({ maxSpans: 4, maxBytes: 1000 })
    lease?.nack()
    expect(names(await queue.lease({ maxSpans: 3, maxBytes: 1000 }))).toEqual(['0', '1', '2'])
    expect(await queue.lease(ALL)).toBeUndefined()
    await queue.close()
  })

  it('has no more open leases than its window', async () => {
    const { queue } = open(2)
    for (const name of upTo(5)) queue.offer(record(name))
    const first = await queue.lease(ONE)
    const second = await queue.lease(ONE)
    second?.ack()
    // The first is not acked: a crash would repeat all three.
    expect(await queue.lease(ONE)).toBeUndefined()
    first?.ack()
    expect(await drain(queue)).toEqual(['2', '3', '4'])
    await queue.close()
  })

  it('ignores an ack or nack of a lease that was answered', async () => {
    const { queue } = open()
    for (const name of upTo(2)) queue.offer(record(name))
    const lease = await queue.lease(ONE)
    lease?.ack()
    lease?.ack()
    lease?.nack()
    expect(queue.size.spans).toBe(1)
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
  })

  it('tells how much is left of what was queued at a moment', async () => {
    const { queue } = open()
    for (const name of upTo(3)) queue.offer(record(name, { spans: 10 }))
    const left = queue.trackQueued()
    queue.offer(record('later', { spans: 10 }))
    expect(left()).toBe(30)
    const lease = await queue.lease({ maxSpans: 20, maxBytes: 1000 })
    expect(left()).toBe(30)
    lease?.ack()
    expect(left()).toBe(10)
    await drain(queue)
    expect(left()).toBe(0)
    await queue.close()
  })
})

describe('a journal', () => {
  it('is found again after it was closed, and deleted when everything is acked', async () => {
    const directory = temporary()
    const first = new TestProcess().open({ directory })
    for (const name of upTo(10)) first.offer(record(name))
    ;(await first.lease({ maxSpans: 3, maxBytes: 1000 }))?.ack()
    await first.close()
    const process = new TestProcess()
    const second = process.open({ directory })
    await second.ready
    expect(process.counters.adopted).toBe(7)
    expect(await drain(second)).toEqual(upTo(10).slice(3))
    await second.close()
    expect(journals(directory)).toEqual([])
  })

  it('is readable for the owner only', async () => {
    const directory = join(temporary(), 'deep', 'er')
    const queue = new TestProcess().open({ directory, isSync: true })
    queue.offer(record(1))
    const [journal = ''] = journals(directory)
    const mode = (...path: string[]) => (statSync(join(directory, ...path)).mode & 0o777).toString(8)
    expect(mode()).toBe('700')
    expect(mode(journal)).toBe('700')
    expect(readdirSync(join(directory, journal)).sort()).toEqual(['0000000001.seg', 'alive', 'cursor'])
    for (const name of readdirSync(join(directory, journal))) expect(mode(journal, name)).toBe('600')
    await queue.close()
  })

  it('continues over many files and keeps in memory only what is being read', async () => {
    const directory = temporary()
    const queue = new TestProcess().open({ directory, maxBytes: 8 * 64 * 1024, overflow: 'reject-newest' })
    for (const name of upTo(100)) queue.offer(record(name, { bytes: 4000 }))
    expect(segments(directory).length).toBeGreaterThan(5)
    expect(await drain(queue, { maxSpans: 3, maxBytes: 1e6 })).toEqual(upTo(100))
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('keeps nothing on the disk of what was delivered, after a while', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    queue.offer(record(1))
    await quiet()
    expect(segments(directory)).toHaveLength(1)
    expect(await drain(queue)).toEqual(['1'])
    process.tick(10_000)
    await quiet()
    expect(segments(directory)).toEqual([])
    queue.offer(record(2))
    expect(await drain(queue)).toEqual(['2'])
    await queue.close()
  })

  it('accepts records larger than a segment, but not larger than the journal', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, maxBytes: 400_000 })
    queue.offer(record('large', { bytes: 300_000 }))
    queue.offer(record('too large', { bytes: 500_000, spans: 7 }))
    expect(process.counters.dropped).toEqual({ overflow: 7 })
    expect(await drain(queue)).toEqual(['large'])
    await queue.close()
  })

  it('survives a process that is killed', async () => {
    const directory = temporary()
    const killed = new TestProcess()
    const queue = killed.open({ directory, isSync: true })
    for (const name of upTo(10)) queue.offer(record(name))
    ;(await queue.lease({ maxSpans: 3, maxBytes: 1000 }))?.ack()
    await queue.lease(ONE)
    killed.kill()
    const next = new TestProcess().open({ ...SETTINGS, directory })
    await next.ready
    expect(await drain(next)).toEqual(upTo(10).slice(3))
    await next.close()
    expect(journals(directory)).toEqual([])
  })
})
