import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { machine } from '../../../src/persistent/journal/context.ts'
import { drain, journals, ONE, quiet, record, TestProcess, temporary, upTo } from './support.ts'

/** Lets a queue look for journals again, as it does from time to time. */
async function sweep(process: TestProcess): Promise<void> {
  process.tick(30_000)
  await quiet()
}

describe('processes that share a directory', () => {
  it('have a journal each, and do not touch those of others', async () => {
    const directory = temporary()
    const [one, two] = [new TestProcess(), new TestProcess()]
    const [first, second] = [one.open({ directory }), two.open({ directory })]
    await Promise.all([first.ready, second.ready])
    for (const name of [0, 2, 4]) first.offer(record(name))
    for (const name of [1, 3, 5]) second.offer(record(name))
    await quiet()
    await sweep(one)
    await sweep(two)
    expect(await drain(first)).toEqual(['0', '2', '4'])
    expect(await drain(second)).toEqual(['1', '3', '5'])
    expect([one.counters.adopted, two.counters.adopted]).toEqual([0, 0])
    await first.close()
    await second.close()
    expect(journals(directory)).toEqual([])
  })

  it('leave journals that share one limit of open leases', async () => {
    const directory = temporary()
    for (const name of ['a', 'b']) {
      const process = new TestProcess()
      const queue = process.open({ directory, isSync: true })
      for (const number of [0, 1, 2]) queue.offer(record(`${name}${number}`))
      process.kill()
    }
    const queue = new TestProcess().open({ directory }, 2)
    await queue.ready
    const first = await queue.lease(ONE)
    const second = await queue.lease(ONE)
    second?.ack()
    // A crash would repeat the first two: the checkpoint cannot pass the first.
    expect(await queue.lease(ONE)).toBeUndefined()
    first?.ack()
    expect(await drain(queue, ONE)).toHaveLength(4)
    await queue.close()
  })

  it('may be one process with two queues', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const [first, second] = [process.open({ directory }), process.open({ directory })]
    first.offer(record(1))
    second.offer(record(2))
    await sweep(process)
    expect(await drain(first)).toEqual(['1'])
    expect(await drain(second)).toEqual(['2'])
    await first.close()
    await second.close()
  })

  it('send what a process left that died meanwhile, before their own spans', async () => {
    const directory = temporary()
    const [one, two] = [new TestProcess(), new TestProcess()]
    const [first, second] = [one.open({ directory, isSync: true }), two.open({ directory })]
    first.offer(record('of the dead'))
    second.offer(record('own'))
    one.kill()
    await sweep(two)
    expect(await drain(second, ONE)).toEqual(['of the dead', 'own'])
    await second.close()
    expect(journals(directory)).toEqual([])
  })

  it('share what many left: nothing is lost, nothing is delivered twice', async () => {
    const directory = temporary()
    for (const name of upTo(8)) {
      const dead = new TestProcess()
      dead.open({ directory, isSync: true }).offer(record(name))
      dead.kill()
    }
    const living = [new TestProcess(), new TestProcess(), new TestProcess()]
    const queues = living.map((process) => process.open({ directory }))
    await Promise.all(queues.map((queue) => queue.ready))
    const all = await Promise.all(queues.map((queue) => drain(queue)))
    expect(all.flat().sort()).toEqual(upTo(8))
    expect(living.reduce((sum, { counters }) => sum + counters.adopted, 0)).toBe(8)
    for (const queue of queues) await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('do not mistake a process with a reused process ID for the owner', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    dead.open({ directory, isSync: true }).offer(record(1))
    dead.kill()
    TestProcess.living.set(dead.pid, '8')
    const queue = new TestProcess().open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
  })

  it.each([
    ['in another container', { namespace: '2' }],
    ['on another host', { host: 'def' }],
    ['whose start time is not known', { start: '' }],
    ['that is a worker thread', { thread: 3 }],
  ])('wait a minute for a sign of life from an owner %s', async (_, identity) => {
    const directory = temporary()
    const other = new TestProcess()
    Object.assign(other.identity, identity)
    other.open({ directory, isSync: true }).offer(record(1))
    const process = new TestProcess()
    const queue = process.open({ directory })
    await queue.ready
    process.ahead += 59_000
    other.tick(10_000)
    await sweep(process)
    process.ahead += 59_000
    await sweep(process)
    expect(process.counters.adopted).toBe(0)
    process.ahead += 1_000
    await sweep(process)
    expect(process.counters.adopted).toBe(1)
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
  })

  it('do not wait when the last sign of life is five minutes old', async () => {
    const directory = temporary()
    const other = new TestProcess()
    Object.assign(other.identity, { namespace: '2' })
    other.open({ directory, isSync: true }).offer(record(1))
    other.kill()
    const process = new TestProcess()
    process.wallAhead += 300_000
    const queue = process.open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
  })

  it('start a new journal when they were suspended for so long that another took theirs over', async () => {
    const directory = temporary()
    const stopped = new TestProcess()
    Object.assign(stopped.identity, { namespace: '2' })
    const queue = stopped.open({ directory })
    for (const name of upTo(2)) queue.offer(record(name))
    await quiet()
    const thief = new TestProcess()
    const other = thief.open({ directory })
    await other.ready
    thief.ahead += 60_000
    await sweep(thief)
    expect(thief.counters.adopted).toBe(2)
    stopped.tick(10_000)
    await quiet()
    queue.offer(record(2))
    await quiet()
    expect(queue.isOnDisk).toBe(true)
    stopped.kill()
    // Delivery is at least once.
    expect(await drain(other)).toEqual(['0', '1'])
    const next = new TestProcess()
    const after = next.open({ directory })
    await after.ready
    next.ahead += 60_000
    await sweep(next)
    expect((await drain(after)).sort()).toEqual(['0', '1', '2'])
    await after.close()
    await other.close()
  })

  it('do not touch foreign files and folders', async () => {
    const directory = temporary()
    mkdirSync(join(directory, 'somebody'))
    mkdirSync(join(directory, 'own.strange'))
    writeFileSync(join(directory, 'free.txt'), 'x')
    const queue = new TestProcess().open({ directory })
    await queue.ready
    await queue.close()
    expect(readdirSync(directory).sort()).toEqual(['free.txt', 'own.strange', 'somebody'])
  })

  it('follow no link, and take over no folder to which others may write', async () => {
    const directory = temporary()
    const elsewhere = temporary()
    writeFileSync(join(elsewhere, '0000000001.seg'), 'precious')
    symlinkSync(elsewhere, join(directory, 'free.bbbbbbbbbbbb'))
    mkdirSync(join(directory, 'free.aaaaaaaaaaaa'))
    chmodSync(join(directory, 'free.aaaaaaaaaaaa'), 0o777)
    symlinkSync(join(elsewhere, '0000000001.seg'), join(directory, 'free.aaaaaaaaaaaa', 'cursor'))
    const queue = new TestProcess().open({ directory })
    await queue.ready
    await queue.close()
    expect(readFileSync(join(elsewhere, '0000000001.seg'), 'utf8')).toBe('precious')
    expect(readdirSync(directory).sort()).toEqual(['free.aaaaaaaaaaaa', 'free.bbbbbbbbbbbb'])
  })

  it('open no file for a journal until it is sent', async () => {
    const directory = temporary()
    for (const name of upTo(30)) {
      const dead = new TestProcess()
      dead.open({ directory, isSync: true }).offer(record(name))
      dead.kill()
    }
    const next = new TestProcess()
    let opened = 0
    next.onOperation = (name) => {
      if (name === 'openSync') opened += 1
    }
    const queue = next.open({ directory })
    await queue.ready
    // The sign of life and the checkpoint of its own folder.
    expect(opened).toBe(2)
    expect(await drain(queue)).toHaveLength(30)
    await queue.close()
  })

  it('rely on what the real machine tells', async () => {
    const { identity, startOf } = machine()
    expect(startOf(process.pid)).toBe(identity.start)
    expect(startOf(2 ** 22 + 1)).toBeUndefined()
    const directory = temporary()
    const test = new TestProcess()
    Object.assign(test.identity, identity)
    const first = test.open({ directory, isSync: true })
    first.offer(record(1))
    // Or it would take over its own folder under the new name.
    await first.ready
    const [name = ''] = journals(directory)
    // The name of a process with the same ID that started at another time.
    renameSync(join(directory, name), join(directory, name.replace(`.${identity.start}.`, '.1.')))
    const { openQueue } = await import('../../../src/persistent/queue/persistent-queue.ts')
    const { newDeliveryCounters } = await import('../../../src/persistent/stats.ts')
    const { SETTINGS } = await import('./support.ts')
    const queue = openQueue({ ...SETTINGS, directory }, newDeliveryCounters(), 1)
    await queue.ready
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
    test.kill()
  })
})
