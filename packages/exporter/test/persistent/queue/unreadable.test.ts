import { readdirSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drain, failure, quiet, record, TestProcess, temporary, upTo } from './support.ts'

describe('a file that cannot be read', () => {
  it.each(['EIO', 'EACCES', 'EINVAL'])('is kept in a folder of its own, and counted (%s)', async (code) => {
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, isSync: true })
    for (const name of upTo(3)) first.offer(record(name))
    dead.kill()
    const next = new TestProcess()
    next.onOperation = (name, args) => {
      if (name === 'open' && String(args[0]).endsWith('.seg')) throw failure(code)
    }
    const queue = next.open({ directory })
    await queue.ready
    expect(next.counters).toMatchObject({ adopted: 0, corrupt: 1 })
    expect(readdirSync(join(directory, 'unreadable'))).toHaveLength(1)
    await queue.purge()
    expect(readdirSync(directory)).not.toContain('unreadable')
    await queue.close()
  })

  it('is deleted when those that are there have more than maxRejectedBytes, the oldest first', async () => {
    const directory = temporary()
    const next = new TestProcess()
    next.onOperation = (name, args) => {
      if (name === 'open' && String(args[0]).endsWith('.seg')) throw failure('EIO')
    }
    const queue = next.open({ directory, maxRejectedBytes: 20_000 })
    await queue.ready
    for (let count = 0; count < 6; count += 1) {
      const dead = new TestProcess()
      dead.open({ directory, isSync: true }).offer(record('large', { bytes: 7000 }))
      dead.kill()
      next.ahead += 30_000
      next.tick(30_000)
      await quiet()
    }
    expect(next.counters.corrupt).toBe(6)
    expect(readdirSync(join(directory, 'unreadable'))).toHaveLength(2)
    await queue.close()
  })

  it('stays where it is when its folder would be a link', async () => {
    const [directory, elsewhere] = [temporary(), temporary()]
    const dead = new TestProcess()
    dead.open({ directory, isSync: true }).offer(record('kept'))
    dead.kill()
    symlinkSync(elsewhere, join(directory, 'unreadable'))
    const next = new TestProcess()
    next.onOperation = (name, args) => {
      if (name === 'open' && String(args[0]).endsWith('.seg')) throw failure('EIO')
    }
    const queue = next.open({ directory })
    await queue.ready
    await queue.close()
    expect(readdirSync(elsewhere)).toEqual([])
    unlinkSync(join(directory, 'unreadable'))
    const last = new TestProcess().open({ directory })
    await last.ready
    expect(await drain(last)).toEqual(['kept'])
    await last.close()
  })

  it('because of a temporary shortage is read later', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, isSync: true })
    for (const name of upTo(3)) first.offer(record(name))
    dead.kill()
    const next = new TestProcess()
    let failures = 5
    next.onOperation = (name, args) => {
      if (name === 'open' && String(args[0]).endsWith('.seg') && failures-- > 0) throw failure('EMFILE')
    }
    const queue = next.open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(upTo(3))
    await queue.close()
  })
})

describe('a write that fails', () => {
  it('loses none of the records that were written after it', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary(), maxBytes: 8 * 64 * 1024 })
    queue.offer(record('first', { bytes: 5000 }))
    let failures = 1
    process.onOperation = (name) => {
      if (name === 'writev' && failures-- > 0) throw failure('ENOSPC')
    }
    for (const name of upTo(19)) queue.offer(record(name, { bytes: 5000 }))
    await quiet()
    process.onOperation = () => {}
    expect(await drain(queue)).toHaveLength(20)
    expect(process.counters).toMatchObject({ corrupt: 0, dropped: {} })
    await queue.close()
  })
})

describe('a directory that cannot be created', () => {
  it.skipIf(process.platform !== 'linux')('does not block: records stay in memory', async () => {
    const queue = new TestProcess().open({ directory: '/proc/nowhere/spans' })
    expect(queue.isOnDisk).toBe(false)
    queue.offer(record(1))
    expect(await drain(queue)).toEqual(['1'])
    // Nor does the folder of dead letters.
    const count = await queue.deadLetter('protobuf', [record(2).body], 1, 401)
    count()
    await queue.close()
  })
})
