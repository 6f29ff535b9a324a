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
  ['in a journal that is written at once', () => temporary(), true],
])('a store %s', (_, directoryOf, isSync = false) => {
  const open = (window = 1) => {
    const process = new TestProcess()
    const directory = directoryOf()
    return { process, directory, store: process.open({ directory, isSync }, window) }
  }

  it('hands out what was appended, in order, within the limits', async () => {
    const { store } = open()
    for (const name of upTo(5)) store.append(record(name, { spans: 2 }))
    const first = await store.take({ maxSpans: 5, maxBytes: 1000 })
    expect(names(first)).toEqual(['0', '1'])
    expect(first).toMatchObject({ format: 'protobuf', spans: 4, bytes: 80 })
    first?.settle()
    const second = await store.take({ maxSpans: 100, maxBytes: 79 })
    expect(names(second)).toEqual(['2'])
    second?.settle()
    expect(await drain(store)).toEqual(['3', '4'])
    expect(store.queued).toEqual({ spans: 0, bytes: 0, oldestAgeMillis: 0 })
    await store.close()
  })

  it('gives what was released again, first, and in smaller batches where that is asked for', async () => {
    const { store } = open()
    for (const name of upTo(6)) store.append(record(name))
    const batch = await store.take({ maxSpans: 4, maxBytes: 1000 })
    batch?.release()
    expect(names(await store.take({ maxSpans: 3, maxBytes: 1000 }))).toEqual(['0', '1', '2'])
    expect(await store.take(ALL)).toBeUndefined()
    await store.close()
  })

  it('hands out no more batches at a time than it was told', async () => {
    const { store } = open(2)
    for (const name of upTo(5)) store.append(record(name))
    const first = await store.take(ONE)
    const second = await store.take(ONE)
    second?.settle()
    // The first is not settled: a third would be repeated after a crash, with the second and the first.
    expect(await store.take(ONE)).toBeUndefined()
    first?.settle()
    expect(await drain(store)).toEqual(['2', '3', '4'])
    await store.close()
  })

  it('does nothing when a batch is settled or released again', async () => {
    const { store } = open()
    for (const name of upTo(2)) store.append(record(name))
    const batch = await store.take(ONE)
    batch?.settle()
    batch?.settle()
    batch?.release()
    expect(store.queued.spans).toBe(1)
    expect(await drain(store)).toEqual(['1'])
    await store.close()
  })

  it('says what is left of what was there', async () => {
    const { store } = open()
    for (const name of upTo(3)) store.append(record(name, { spans: 10 }))
    const left = store.mark()
    store.append(record('later', { spans: 10 }))
    expect(left()).toBe(30)
    const batch = await store.take({ maxSpans: 20, maxBytes: 1000 })
    expect(left()).toBe(30)
    batch?.settle()
    expect(left()).toBe(10)
    await drain(store)
    expect(left()).toBe(0)
    await store.close()
  })
})

describe('a journal', () => {
  it('is found again after it was closed, and is gone when everything was settled', async () => {
    const directory = temporary()
    const first = new TestProcess().open({ directory })
    for (const name of upTo(10)) first.append(record(name))
    ;(await first.take({ maxSpans: 3, maxBytes: 1000 }))?.settle()
    await first.close()
    const process = new TestProcess()
    const second = process.open({ directory })
    await second.ready
    expect(process.counters.adopted).toBe(7)
    expect(await drain(second)).toEqual(upTo(10).slice(3))
    await second.close()
    expect(journals(directory)).toEqual([])
  })

  it('is for nobody else to read', async () => {
    const directory = join(temporary(), 'deep', 'er')
    const store = new TestProcess().open({ directory, isSync: true })
    store.append(record(1))
    const [journal = ''] = journals(directory)
    const mode = (...path: string[]) => (statSync(join(directory, ...path)).mode & 0o777).toString(8)
    expect(mode()).toBe('700')
    expect(mode(journal)).toBe('700')
    expect(readdirSync(join(directory, journal)).sort()).toEqual(['0000000001.seg', 'alive', 'cursor'])
    for (const name of readdirSync(join(directory, journal))) expect(mode(journal, name)).toBe('600')
    await store.close()
  })

  it('goes on over many files and keeps no more in memory than is read', async () => {
    const directory = temporary()
    const store = new TestProcess().open({ directory, maxBytes: 8 * 64 * 1024, overflow: 'reject-newest' })
    for (const name of upTo(100)) store.append(record(name, { bytes: 4000 }))
    expect(segments(directory).length).toBeGreaterThan(5)
    expect(await drain(store, { maxSpans: 3, maxBytes: 1e6 })).toEqual(upTo(100))
    await store.close()
    expect(journals(directory)).toEqual([])
  })

  it('keeps nothing on the disk, after a while, of what was delivered', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const store = process.open({ directory })
    store.append(record(1))
    await quiet()
    expect(segments(directory)).toHaveLength(1)
    expect(await drain(store)).toEqual(['1'])
    process.tick(10_000)
    await quiet()
    expect(segments(directory)).toEqual([])
    store.append(record(2))
    expect(await drain(store)).toEqual(['2'])
    await store.close()
  })

  it('takes what is larger than a segment, not what is larger than the journal', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const store = process.open({ directory, maxBytes: 400_000 })
    store.append(record('large', { bytes: 300_000 }))
    store.append(record('too large', { bytes: 500_000, spans: 7 }))
    expect(process.counters.dropped).toEqual({ overflow: 7 })
    expect(await drain(store)).toEqual(['large'])
    await store.close()
  })

  it('is what a process has that was killed', async () => {
    const directory = temporary()
    const killed = new TestProcess()
    const store = killed.open({ directory, isSync: true })
    for (const name of upTo(10)) store.append(record(name))
    ;(await store.take({ maxSpans: 3, maxBytes: 1000 }))?.settle()
    await store.take(ONE)
    killed.kill()
    const next = new TestProcess().open({ ...SETTINGS, directory })
    await next.ready
    expect(await drain(next)).toEqual(upTo(10).slice(3))
    await next.close()
    expect(journals(directory)).toEqual([])
  })
})
