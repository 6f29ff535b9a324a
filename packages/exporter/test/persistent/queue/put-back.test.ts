import { describe, expect, it } from 'vitest'
import type { Lease, SpanQueue } from '../../../src/persistent/queue/index.ts'
import { PowerLossDisk } from './power-loss.ts'
import { ALL, drain, failure, journals, ONE, quiet, record, TestProcess, temporary, upTo } from './support.ts'

/** Leases some records, and leaves those that have no answer in the queue. */
async function putBack(queue: SpanQueue, ...rest: string[]): Promise<{ isDone: boolean; lease: Lease }> {
  const lease = (await queue.lease(ALL)) as Lease
  const isDone = await lease.ackExcept(
    rest.map((name) => record(name)),
    async () => () => {},
  )
  return { isDone, lease }
}

async function nextProcess(directory: string) {
  const process = new TestProcess()
  const queue = process.open({ directory })
  await queue.ready
  return { process, queue }
}

describe('a batch of which a part has no answer', () => {
  it('leaves that part to the next process, after a shutdown and after a crash', async () => {
    for (const end of ['shutdown', 'crash'] as const) {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory })
      for (const name of upTo(5)) queue.offer(record(name))
      expect(await putBack(queue, '1', '3')).toMatchObject({ isDone: true })
      expect(queue.size.spans).toBe(2)
      await quiet()
      if (end === 'crash') process.kill()
      else await queue.close()
      const next = await nextProcess(directory)
      expect(await drain(next.queue)).toEqual(['1', '3'])
      expect(next.process.counters).toMatchObject({ adopted: 2, corrupt: 0 })
      await next.queue.close()
      expect(journals(directory)).toEqual([])
    }
  })

  it('leaves that part although another process had written the batch', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    for (const name of upTo(3)) queue.offer(record(name))
    await quiet()
    process.kill()
    const second = await nextProcess(directory)
    expect(await putBack(second.queue, '2')).toMatchObject({ isDone: true })
    await second.queue.close()
    const third = await nextProcess(directory)
    expect(await drain(third.queue)).toEqual(['2'])
    await third.queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('leaves that part of each of several batches', async () => {
    const directory = temporary()
    const queue = new TestProcess().open({ directory }, 3)
    for (const name of ['a', 'b', 'c']) queue.offer(record(name))
    const leases = [await queue.lease(ONE), await queue.lease(ONE), await queue.lease(ONE)] as Lease[]
    const settle = async () => () => {}
    const done = leases.map((lease, index) => lease.ackExcept([record(`rest ${index}`)], settle))
    expect(await Promise.all(done)).toEqual([true, true, true])
    await queue.close()
    const next = await nextProcess(directory)
    expect(await drain(next.queue)).toEqual(['rest 0', 'rest 1', 'rest 2'])
    await next.queue.close()
  })

  it('is counted in the turn in which it leaves the queue', async () => {
    const queue = new TestProcess().open({ directory: temporary() })
    for (const name of ['a', 'b', 'c']) queue.offer(record(name))
    const lease = (await queue.lease(ALL)) as Lease
    const sizes: number[] = []
    await lease.ackExcept([record('b')], async () => () => queueMicrotask(() => sizes.push(queue.size.spans)))
    expect(sizes).toEqual([1])
    await queue.close()
  })

  it('is as old as its oldest span', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary() })
    queue.offer(record('a'))
    process.ahead = 3600_000
    queue.offer(record('b'))
    await putBack(queue, 'b')
    expect(queue.size.oldestAgeMillis).toBeGreaterThanOrEqual(3600_000)
    await queue.close()
  })

  it('leaves that part although the journal has no room for it beside the batch', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, maxBytes: 200 })
    for (const name of ['a', 'b']) queue.offer(record(name))
    expect(await putBack(queue, 'b')).toMatchObject({ isDone: true })
    await queue.close()
    expect(process.counters.dropped).toEqual({})
    const next = await nextProcess(directory)
    expect(await drain(next.queue)).toEqual(['b'])
    await next.queue.close()
  })

  it('takes no room from other records, although its batch still has room in a file', async () => {
    const process = new TestProcess()
    // A file of two records, and one of one record.
    const queue = process.open({ directory: temporary(), maxBytes: 16 + 2 * 76 + 16 + 76 })
    for (const name of ['a', 'b']) queue.offer(record(name))
    await quiet()
    const lease = await queue.lease(ONE)
    expect(await lease?.ackExcept([record('rest of a')], async () => () => {})).toBe(true)
    queue.offer(record('c'))
    expect(process.counters.dropped).toEqual({})
    expect(await drain(queue)).toEqual(['b', 'rest of a', 'c'])
    await queue.close()
  })

  it('stays as it is if the disk is full', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    for (const name of ['a', 'b']) queue.offer(record(name))
    await quiet()
    process.onOperation = (name, [path]) => {
      if (name === 'open' && String(path).endsWith('held')) throw failure('ENOSPC')
    }
    const { isDone, lease } = await putBack(queue, 'b')
    expect(isDone).toBe(false)
    lease.nack()
    await queue.close()
    const next = await nextProcess(directory)
    expect(await drain(next.queue)).toEqual(['a', 'b'])
    await next.queue.close()
  })

  it('is not lost by a crash at any operation of the disk', async () => {
    for (let operations = 1, isOver = false; !isOver; operations++) {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory, fsync: 'batch' })
      for (const name of ['a', 'b']) queue.offer(record(name))
      await quiet()
      let left = operations
      process.onOperation = () => {
        if (--left === 0) process.kill()
      }
      void putBack(queue, 'b').catch(() => {})
      await quiet()
      isOver = process.isAlive
      process.kill()
      await quiet()
      const next = await nextProcess(directory)
      expect(await drain(next.queue), `${operations}`).toContain('b')
      await next.queue.close()
      expect(journals(directory)).toEqual([])
    }
  })

  it('is not lost by a power loss after any operation of the disk', async () => {
    const root = temporary()
    const disk = new PowerLossDisk(root)
    const process = new TestProcess()
    process.disk = disk.files
    const queue = process.open({ directory: root, fsync: 'batch' })
    for (const name of ['a', 'b']) queue.offer(record(name))
    await quiet()
    const from = disk.length
    await putBack(queue, 'b')
    await quiet()
    process.kill()
    // With a part of what was not forced, too.
    for (const each of [0, 2, 3]) {
      for (let length = from; length <= disk.length; length++) {
        let part = length
        const target = temporary()
        disk.leave(target, length, () => each > 0 && part++ % each === 0)
        const next = await nextProcess(target)
        expect(await drain(next.queue), `after ${length} operations`).toContain('b')
        await next.queue.close()
      }
    }
  })
})
