import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../../dist/persistent/store/types.js'
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

/** Takes one record after the other and has it refused. */
async function refuse(store: Store, records: number): Promise<void> {
  for (let count = 0; count < records; count += 1) {
    const batch = await store.take(ONE)
    if (batch === undefined) return
    const count = await store.reject(batch.format, batch.bodies, batch.spans, 400)
    count()
    batch.settle()
  }
}

describe.each([
  ['in memory', () => undefined],
  ['in a folder', () => temporary()],
])('what was refused is kept %s', (_, directoryOf) => {
  it('until it is to be sent again, after what waits', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: directoryOf() })
    for (const name of upTo(4)) store.append(record(name, { spans: 3 }))
    await refuse(store, 3)
    expect(store.queued.spans).toBe(3)
    expect(process.counters).toMatchObject({ rejected: 9, redelivered: 0, dropped: {} })
    expect(await store.redeliver()).toBe(9)
    expect(process.counters).toMatchObject({ rejected: 9, redelivered: 9 })
    expect(store.queued.spans).toBe(12)
    expect((await drain(store)).sort()).toEqual(upTo(4))
    expect(await store.redeliver()).toBe(0)
    await store.close()
  })

  it('with all bodies of a request, and the sum of their spans', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: directoryOf() })
    const bodies = upTo(3).map((name) => record(name).body)
    ;(await store.reject('json', bodies, 10, 400))()
    expect(await store.redeliver()).toBe(10)
    const batch = await store.take({ maxSpans: 100, maxBytes: 1000 })
    expect(batch).toMatchObject({ format: 'json', spans: 10 })
    expect(names(batch)).toEqual(upTo(3))
    batch?.settle()
    expect(store.queued.spans).toBe(0)
    await store.close()
  })

  it('as far as there is room: the oldest are dropped, and counted', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: directoryOf(), maxRejectedBytes: 5 * (40 + 52) })
    for (const name of upTo(20)) store.append(record(name, { spans: 3 }))
    await refuse(store, 20)
    const { rejected, dropped } = process.counters
    expect(rejected + (dropped.rejected ?? 0)).toBe(60)
    await store.redeliver()
    const again = await drain(store)
    expect(again.length * 3).toBe(rejected)
    expect(again).toEqual(upTo(20).slice(-again.length))
    expect(again.length).toBeGreaterThanOrEqual(5)
    expect(again.length).toBeLessThan(15)
    await store.close()
  })

  it('until it is purged, with all that waits', async () => {
    const directory = directoryOf()
    const process = new TestProcess()
    const store = process.open({ directory }, 2)
    for (const name of upTo(6)) store.append(record(name, { spans: 3 }))
    await refuse(store, 2)
    const delivered = await store.take(ONE)
    const failed = await store.take(ONE)
    const left = store.mark()
    expect(await store.purge()).toBe(12)
    // Two batches are on their way: one arrives, the other comes back, and is dropped then.
    expect(left()).toBe(6)
    if (directory) expect(segments(directory)).toEqual([])
    delivered?.settle()
    failed?.release()
    expect(left()).toBe(0)
    expect(process.counters).toMatchObject({ rejected: 0, dropped: { purged: 15 } })
    expect(store.queued).toEqual({ spans: 0, bytes: 0, oldestAgeMillis: 0 })
    expect(await drain(store)).toEqual([])
    store.append(record('after'))
    expect(await drain(store)).toEqual(['after'])
    await store.close()
    if (directory) expect(journals(directory)).toEqual([])
  })
})

describe('the folder of what was refused', () => {
  it('is for nobody else to read, and its files say what they are', async () => {
    const directory = temporary()
    const store = new TestProcess().open({ directory })
    ;(await store.reject('protobuf', [record('secret').body], 7, 403))()
    const folder = join(directory, 'rejected')
    const [name = ''] = readdirSync(folder)
    expect(name).toMatch(/^\d{13}-403-7-[0-9a-f]{12}\.seg$/)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, name)).includes('secret')).toBe(true)
    await store.close()
  })

  it('outlives the process; what is sent again counts as new', async () => {
    const directory = temporary()
    const first = new TestProcess().open({ directory })
    ;(await first.reject('protobuf', [record('once').body], 7, 400))()
    await first.close()
    const process = new TestProcess()
    process.ahead = 1e12
    const store = process.open({ directory })
    expect(await store.redeliver()).toBe(7)
    expect(process.counters).toMatchObject({ rejected: 0, redelivered: 7 })
    ;(await store.take(ONE))?.release()
    expect(await drain(store)).toEqual(['once'])
    await store.close()
  })

  it('keeps nothing back after a crash in the middle of sending it again', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const first = process.open({ directory, isSync: true })
    for (const name of upTo(4)) first.append(record(name))
    await refuse(first, 2)
    await first.redeliver()
    first.append(record(4))
    ;(await first.take({ maxSpans: 3, maxBytes: 1000 }))?.settle()
    process.kill()
    const store = new TestProcess().open({ directory })
    await store.ready
    expect(await drain(store)).toEqual(['1', '4'])
    await store.close()
  })

  it('is stood in for by memory when it cannot be written', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: temporary() })
    process.onOperation = (name) => {
      if (name === 'open') throw failure('ENOSPC')
    }
    ;(await store.reject('protobuf', [record('kept').body], 7, 400))()
    expect(process.counters.rejected).toBe(7)
    expect(await store.redeliver()).toBe(7)
    expect(await drain(store)).toEqual(['kept'])
    await store.close()
  })
})

describe('purge', () => {
  it('deletes what dead processes left, and leaves the living alone', async () => {
    const directory = temporary()
    const [dead, living] = [new TestProcess(), new TestProcess()]
    dead.open({ directory, isSync: true }).append(record('of the dead'))
    const other = living.open({ directory, isSync: true })
    other.append(record('of the living'))
    const process = new TestProcess()
    const store = process.open({ directory })
    await store.ready
    dead.kill()
    expect(await store.purge()).toBe(1)
    await quiet()
    expect(journals(directory)).toHaveLength(2)
    expect(await drain(other)).toEqual(['of the living'])
    await store.close()
    await other.close()
    expect(existsSync(directory)).toBe(true)
  })
})
