import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drain, failure, quiet, record, TestProcess, temporary, upTo } from './support.ts'

describe('a file that cannot be read', () => {
  it.each(['EIO', 'EACCES', 'ERR_FS_FILE_TOO_LARGE'])('is kept aside, and counted (%s)', async (code) => {
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, isSync: true })
    for (const name of upTo(3)) first.append(record(name))
    dead.kill()
    const next = new TestProcess()
    next.onOperation = (name, args) => {
      if (name === 'readFile' && String(args[0]).endsWith('.seg')) throw failure(code)
    }
    const store = next.open({ directory })
    await store.ready
    expect(next.counters).toMatchObject({ adopted: 0, corrupt: 1 })
    expect(readdirSync(join(directory, 'unreadable'))).toHaveLength(1)
    await store.purge()
    expect(readdirSync(directory)).not.toContain('unreadable')
    await store.close()
  })

  it('for want of something that comes back, is read', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, isSync: true })
    for (const name of upTo(3)) first.append(record(name))
    dead.kill()
    const next = new TestProcess()
    let failures = 5
    next.onOperation = (name, args) => {
      if (name === 'readFile' && String(args[0]).endsWith('.seg') && failures-- > 0) throw failure('EMFILE')
    }
    const store = next.open({ directory })
    await store.ready
    expect(await drain(store)).toEqual(upTo(3))
    await store.close()
  })
})

describe('a write that fails', () => {
  it('costs none of the records that were written behind it', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: temporary(), maxBytes: 8 * 64 * 1024 })
    store.append(record('first', { bytes: 5000 }))
    let failures = 1
    process.onOperation = (name) => {
      if (name === 'writev' && failures-- > 0) throw failure('ENOSPC')
    }
    for (const name of upTo(19)) store.append(record(name, { bytes: 5000 }))
    await quiet()
    process.onOperation = () => {}
    expect(await drain(store)).toHaveLength(20)
    expect(process.counters).toMatchObject({ corrupt: 0, dropped: {} })
    await store.close()
  })
})

describe('a directory that cannot be made', () => {
  it.skipIf(process.platform !== 'linux')(
    'is no reason to wait for ever: records stay in memory',
    async () => {
      const store = new TestProcess().open({ directory: '/proc/nowhere/spans' })
      expect(store.isOnDisk).toBe(false)
      store.append(record(1))
      expect(await drain(store)).toEqual(['1'])
      // Nor for ever for a folder of what is refused.
      const count = await store.reject('protobuf', [record(2).body], 1, 401)
      count()
      await store.close()
    },
  )
})
