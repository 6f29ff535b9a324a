import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { machine } from '../../../dist/persistent/store/system.js'
import {
  ALL,
  drain,
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

/** Eight segments of 64 kB; six records of 10 kB go into one. */
const SMALL = { maxBytes: 8 * 64 * 1024, isSync: true }
const KB10 = { bytes: 10_000, spans: 2 }

describe('a journal that is full', () => {
  it('drops the oldest files, and counts their spans', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const store = process.open({ directory, ...SMALL })
    const left = store.mark()
    for (const name of upTo(60)) store.append(record(name, KB10))
    await quiet()
    const size = segments(directory).reduce((sum, path) => sum + statSync(path).size, 0)
    expect(size).toBeLessThanOrEqual(SMALL.maxBytes)
    const records = await drain(store)
    expect(records).toEqual(upTo(60).slice(12))
    expect(process.counters.dropped).toEqual({ overflow: 24 })
    expect(left()).toBe(0)
    await store.close()
  })

  it('never drops what is being sent', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: temporary(), ...SMALL })
    store.append(record('first', KB10))
    const batch = await store.take(ONE)
    for (const name of upTo(60)) store.append(record(name, KB10))
    batch?.release()
    const records = await drain(store)
    expect(records.slice(0, 6)).toEqual(['first', '0', '1', '2', '3', '4'])
    expect(records.length * 2 + (process.counters.dropped.overflow ?? 0)).toBe(122)
    await store.close()
  })

  it('does not take the newest when everything is being sent', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: temporary(), ...SMALL })
    for (const name of upTo(50)) store.append(record(name, KB10))
    const batch = await store.take(ALL)
    const taken = names(batch).length
    for (const name of upTo(9)) store.append(record(`more ${name}`, KB10))
    expect(store.queued.spans + (process.counters.dropped.overflow ?? 0)).toBe(118)
    batch?.settle()
    expect(taken).toBe(50)
    await drain(store)
    await store.close()
  })

  it('takes no more, where that is asked for', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: temporary(), ...SMALL, overflow: 'reject-newest' })
    for (const name of upTo(60)) store.append(record(name, KB10))
    const records = await drain(store)
    expect(records).toEqual(upTo(records.length))
    expect(records.length).toBeGreaterThan(45)
    expect(process.counters.dropped).toEqual({ overflow: 120 - 2 * records.length })
    await store.close()
  })

  it('is full with what dead processes left, too: theirs is the oldest', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, ...SMALL })
    for (const name of upTo(40)) first.append(record(name, KB10))
    dead.kill()
    const process = new TestProcess()
    const store = process.open({ directory, ...SMALL })
    await store.ready
    for (const name of upTo(20)) store.append(record(`own ${name}`, KB10))
    const records = await drain(store)
    expect(records.slice(-20)).toEqual(upTo(20).map((name) => `own ${name}`))
    expect(process.counters).toMatchObject({
      adopted: 80,
      dropped: { overflow: 80 - 2 * (records.length - 20) },
    })
    await store.close()
  })
})

describe('memory that is full', () => {
  it.each(['drop-oldest', 'reject-newest'] as const)('does what the option says (%s)', async (overflow) => {
    const process = new TestProcess()
    const store = process.open({ maxMemoryBytes: 400, overflow })
    for (const name of upTo(25)) store.append(record(name, { spans: 2 }))
    expect(await drain(store)).toEqual(overflow === 'drop-oldest' ? upTo(25).slice(15) : upTo(10))
    expect(process.counters.dropped).toEqual({ overflow: 30 })
    await store.close()
  })

  it('does not drop what is being sent', async () => {
    const process = new TestProcess()
    const store = process.open({ maxMemoryBytes: 400 }, 2)
    for (const name of upTo(10)) store.append(record(name))
    const batch = await store.take({ maxSpans: 2, maxBytes: 1000 })
    for (const name of upTo(5)) store.append(record(`later ${name}`))
    batch?.release()
    const later = upTo(5).map((name) => `later ${name}`)
    expect(await drain(store)).toEqual(['0', '1', '7', '8', '9', ...later])
    await store.close()
  })
})

describe('what is too old', () => {
  it.each([true, false])('is dropped after it was tried, not before (journal: %s)', async (isJournal) => {
    const process = new TestProcess()
    const store = process.open({ directory: isJournal ? temporary() : undefined, maxAge: 1000 })
    store.append(record('old', { spans: 3 }))
    process.ahead += 900
    store.append(record('young'))
    process.ahead += 200
    expect(Math.floor(store.queued.oldestAgeMillis / 100)).toBe(11)
    const batch = await store.take(ALL)
    expect(names(batch)).toEqual(['old', 'young'])
    batch?.release()
    expect(process.counters.dropped).toEqual({ expired: 3 })
    expect(await drain(store)).toEqual(['young'])
    await store.close()
  })

  it.each([-1e12, 1e12])('is not what a clock on the wall says that jumps by %i ms', async (jump) => {
    const process = new TestProcess()
    const store = process.open({ directory: temporary(), ...SMALL, maxAge: 60_000 })
    for (const name of upTo(30)) {
      if (name === '10') process.wallAhead += jump
      store.append(record(name, KB10))
    }
    for (let turn = 0; turn < 30; turn += 1) {
      const batch = await store.take(ONE)
      batch?.release()
      ;(await store.take(ONE))?.settle()
    }
    expect(process.counters.dropped).toEqual({})
    expect(store.queued.spans).toBe(0)
    await store.close()
  })

  it('has the age that it had when its process died', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, isSync: true })
    first.append(record('old'))
    dead.ahead += 5_000
    first.append(record('young'))
    dead.kill()
    const process = new TestProcess()
    process.ahead = 10_000
    const store = process.open({ directory, maxAge: 8_000 })
    await store.ready
    expect(Math.round(store.queued.oldestAgeMillis / 1000)).toBe(10)
    ;(await store.take(ALL))?.release()
    expect(process.counters.dropped).toEqual({ expired: 1 })
    expect(await drain(store)).toEqual(['young'])
    await store.close()
  })
})

describe.each(['gzip', 'zstd'] as const)('compression with %s', (compression) => {
  it.skipIf(compression === 'zstd' && !machine().hasZstd)('is not seen outside of the files', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const first = process.open({ directory, compression })
    const sizes = [40, 1000, 60_000, 70_000, 300_000]
    for (const bytes of sizes) {
      first.append(record(bytes, { bytes }))
      // One at a time: what a burst ends is written as it is.
      await quiet()
    }
    expect(first.queued.bytes).toBe(431_040)
    await first.close()
    const written = segments(directory).reduce((sum, path) => sum + readFileSync(path).length, 0)
    expect(written).toBeLessThan(10_000)
    process.kill()
    const store = new TestProcess().open({ directory, compression })
    await store.ready
    const batch = await store.take(ALL)
    expect(batch?.bodies.map((body) => body.length)).toEqual(sizes)
    expect(names(batch)).toEqual(sizes.map(String))
    batch?.settle()
    await store.close()
  })
})

describe('a Node that cannot read zstd', () => {
  it.skipIf(!machine().hasZstd)('leaves such records to one that can, and takes the rest', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, compression: 'zstd', ...SMALL })
    for (const name of upTo(3)) first.append(record(`packed ${name}`, { bytes: 1000, spans: 2 }))
    dead.kill()
    const plain = new TestProcess()
    plain.open({ directory, isSync: true }).append(record('plain'))
    plain.kill()
    const old = new TestProcess()
    Object.assign(old.system, { hasZstd: false })
    const store = old.open({ directory })
    await store.ready
    old.tick(30_000)
    await quiet()
    expect(await drain(store)).toEqual(['plain'])
    expect(old.counters).toMatchObject({ adopted: 1, dropped: {}, corrupt: 0 })
    await store.close()
    const next = new TestProcess().open({ directory })
    await next.ready
    expect(await drain(next)).toEqual(['packed 0', 'packed 1', 'packed 2'])
    await next.close()
    expect(journals(directory)).toEqual([])
  })
})

describe('a mark', () => {
  it.each([true, false])(
    'is exact when a file that it stands in the middle of is dropped (is read: %s)',
    async (isRead) => {
      const process = new TestProcess()
      const store = process.open({ directory: temporary(), ...SMALL })
      for (const name of upTo(8)) store.append(record(name, KB10))
      const left = store.mark()
      expect(left()).toBe(16)
      for (const name of upTo(40)) store.append(record(name, KB10))
      if (isRead) (await store.take(ONE))?.release()
      while (process.counters.dropped.overflow !== 24) store.append(record('more', KB10))
      expect(left()).toBe(0)
      await drain(store)
      expect(left()).toBe(0)
      await store.close()
    },
  )

  it('is exact when a file was read again', async () => {
    const process = new TestProcess()
    const store = process.open({ directory: temporary(), ...SMALL })
    for (const name of upTo(8)) store.append(record(name, KB10))
    const left = store.mark()
    for (const name of upTo(20)) store.append(record(`later ${name}`, KB10))
    for (let settled = 1; settled <= 8; settled += 1) {
      ;(await store.take(ONE))?.settle()
      expect(left()).toBe(16 - 2 * settled)
    }
    await drain(store)
    await store.close()
  })
})
