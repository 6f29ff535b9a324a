import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { machine } from '../../../src/persistent/journal/context.ts'
import {
  ALL,
  drain,
  journals,
  leaveCompressed,
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

describe('a full journal', () => {
  it('drops the oldest files and counts their spans', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, ...SMALL })
    const left = queue.trackQueued()
    for (const name of upTo(60)) queue.offer(record(name, KB10))
    await quiet()
    const size = segments(directory).reduce((sum, path) => sum + statSync(path).size, 0)
    expect(size).toBeLessThanOrEqual(SMALL.maxBytes)
    const records = await drain(queue)
    expect(records).toEqual(upTo(60).slice(12))
    expect(process.counters.dropped).toEqual({ overflow: 24 })
    expect(left()).toBe(0)
    await queue.close()
  })

  it('never drops what is being sent', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary(), ...SMALL })
    queue.offer(record('first', KB10))
    const lease = await queue.lease(ONE)
    for (const name of upTo(60)) queue.offer(record(name, KB10))
    lease?.nack()
    const records = await drain(queue)
    expect(records.slice(0, 6)).toEqual(['first', '0', '1', '2', '3', '4'])
    expect(records.length * 2 + (process.counters.dropped.overflow ?? 0)).toBe(122)
    await queue.close()
  })

  it('rejects the newest records when everything is being sent', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary(), ...SMALL })
    for (const name of upTo(50)) queue.offer(record(name, KB10))
    const lease = await queue.lease(ALL)
    const leased = names(lease).length
    for (const name of upTo(9)) queue.offer(record(`more ${name}`, KB10))
    expect(queue.size.spans + (process.counters.dropped.overflow ?? 0)).toBe(118)
    lease?.ack()
    expect(leased).toBe(50)
    await drain(queue)
    await queue.close()
  })

  it('rejects the newest records with that option', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary(), ...SMALL, overflow: 'reject-newest' })
    for (const name of upTo(60)) queue.offer(record(name, KB10))
    const records = await drain(queue)
    expect(records).toEqual(upTo(records.length))
    expect(records.length).toBeGreaterThan(45)
    expect(process.counters.dropped).toEqual({ overflow: 120 - 2 * records.length })
    await queue.close()
  })

  it('includes what dead processes left, which is the oldest and dropped first', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, ...SMALL })
    for (const name of upTo(40)) first.offer(record(name, KB10))
    dead.kill()
    const process = new TestProcess()
    const queue = process.open({ directory, ...SMALL })
    await queue.ready
    for (const name of upTo(20)) queue.offer(record(`own ${name}`, KB10))
    const records = await drain(queue)
    expect(records.slice(-20)).toEqual(upTo(20).map((name) => `own ${name}`))
    expect(process.counters).toMatchObject({
      adopted: 80,
      dropped: { overflow: 80 - 2 * (records.length - 20) },
    })
    await queue.close()
  })
})

describe('full memory', () => {
  it.each(['drop-oldest', 'reject-newest'] as const)('does as the option says (%s)', async (overflow) => {
    const process = new TestProcess()
    const queue = process.open({ maxMemoryBytes: 400, overflow })
    for (const name of upTo(25)) queue.offer(record(name, { spans: 2 }))
    expect(await drain(queue)).toEqual(overflow === 'drop-oldest' ? upTo(25).slice(15) : upTo(10))
    expect(process.counters.dropped).toEqual({ overflow: 30 })
    await queue.close()
  })

  it('does not drop what is being sent', async () => {
    const process = new TestProcess()
    const queue = process.open({ maxMemoryBytes: 400 }, 2)
    for (const name of upTo(10)) queue.offer(record(name))
    const lease = await queue.lease({ maxSpans: 2, maxBytes: 1000 })
    for (const name of upTo(5)) queue.offer(record(`later ${name}`))
    lease?.nack()
    const later = upTo(5).map((name) => `later ${name}`)
    expect(await drain(queue)).toEqual(['0', '1', '7', '8', '9', ...later])
    await queue.close()
  })
})

describe('a record that is too old', () => {
  it.each([true, false])(
    'is dropped after an attempt to send it, not before (journal: %s)',
    async (isJournal) => {
      const process = new TestProcess()
      const queue = process.open({ directory: isJournal ? temporary() : undefined, maxAge: 1000 })
      queue.offer(record('old', { spans: 3 }))
      process.ahead += 900
      queue.offer(record('young'))
      process.ahead += 200
      expect(Math.floor(queue.size.oldestAgeMillis / 100)).toBe(11)
      const lease = await queue.lease(ALL)
      expect(names(lease)).toEqual(['old', 'young'])
      lease?.nack()
      expect(process.counters.dropped).toEqual({ expired: 3 })
      expect(await drain(queue)).toEqual(['young'])
      await queue.close()
    },
  )

  it.each([-1e12, 1e12])('is not one whose system clock is set by %i ms', async (jump) => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary(), ...SMALL, maxAge: 60_000 })
    for (const name of upTo(30)) {
      if (name === '10') process.wallAhead += jump
      queue.offer(record(name, KB10))
    }
    for (let turn = 0; turn < 30; turn += 1) {
      const lease = await queue.lease(ONE)
      lease?.nack()
      ;(await queue.lease(ONE))?.ack()
    }
    expect(process.counters.dropped).toEqual({})
    expect(queue.size.spans).toBe(0)
    await queue.close()
  })

  it('keeps its age when its process is killed', async () => {
    // The age of what a file has depends on the clock of the machine, and a process may stand still for a while.
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const directory = temporary()
    const dead = new TestProcess()
    const first = dead.open({ directory, isSync: true })
    first.offer(record('old'))
    dead.ahead += 5_000
    first.offer(record('young'))
    dead.kill()
    const process = new TestProcess()
    process.ahead = 10_000
    const queue = process.open({ directory, maxAge: 8_000 })
    await queue.ready
    expect(Math.round(queue.size.oldestAgeMillis / 1000)).toBe(10)
    ;(await queue.lease(ALL))?.nack()
    expect(process.counters.dropped).toEqual({ expired: 1 })
    expect(await drain(queue)).toEqual(['young'])
    await queue.close()
  })
})

describe.each(['gzip', 'zstd'] as const)(
  'a journal that an earlier version compressed with %s',
  (compression) => {
    const isSkipped = compression === 'zstd' && !machine().hasZstd

    it.skipIf(isSkipped)('is sent as it was before it was compressed', async () => {
      const directory = temporary()
      const sizes = [40, 1000, 60_000, 70_000, 300_000]
      leaveCompressed(
        directory,
        compression,
        sizes.map((bytes) => record(bytes, { bytes })),
      )
      const written = segments(directory).reduce((sum, path) => sum + readFileSync(path).length, 0)
      expect(written).toBeLessThan(10_000)
      const queue = new TestProcess().open({ directory })
      await queue.ready
      expect(queue.size.bytes).toBe(431_040)
      const lease = await queue.lease(ALL)
      expect(lease?.bodies.map((body) => body.length)).toEqual(sizes)
      expect(names(lease)).toEqual(sizes.map(String))
      lease?.ack()
      await queue.close()
      expect(journals(directory)).toEqual([])
    })

    it.skipIf(isSkipped)('loses only the record whose body cannot be decompressed', async () => {
      const directory = temporary()
      const records = upTo(3).map((name) => record(name, { bytes: 1000, spans: 2 }))
      leaveCompressed(directory, compression, records, (body, index) => {
        return index === 1 ? Buffer.from('not compressed at all') : body
      })
      const process = new TestProcess()
      const queue = process.open({ directory })
      await queue.ready
      expect(await drain(queue)).toEqual(['0', '2'])
      expect(process.counters).toMatchObject({ adopted: 6, corrupt: 1, dropped: { corrupt: 2 } })
      await queue.close()
      expect(journals(directory)).toEqual([])
    })
  },
)

describe('a Node that cannot read zstd', () => {
  it.skipIf(!machine().hasZstd)('leaves such records to one that can, and sends the rest', async () => {
    const directory = temporary()
    const records = upTo(3).map((name) => record(`compressed ${name}`, { bytes: 1000, spans: 2 }))
    leaveCompressed(directory, 'zstd', records)
    const plain = new TestProcess()
    plain.open({ directory, isSync: true }).offer(record('plain'))
    plain.kill()
    const old = new TestProcess()
    Object.assign(old.system, { hasZstd: false })
    const queue = old.open({ directory })
    await queue.ready
    old.tick(30_000)
    await quiet()
    expect(await drain(queue)).toEqual(['plain'])
    expect(old.counters).toMatchObject({ adopted: 1, dropped: {}, corrupt: 0 })
    await queue.close()
    const next = new TestProcess().open({ directory })
    await next.ready
    expect(await drain(next)).toEqual(['compressed 0', 'compressed 1', 'compressed 2'])
    await next.close()
    expect(journals(directory)).toEqual([])
  })
})

describe('the number of spans that `trackQueued()` follows', () => {
  it.each([true, false])(
    'is exact when a file is dropped that was half written at the call (loaded: %s)',
    async (isRead) => {
      const process = new TestProcess()
      const queue = process.open({ directory: temporary(), ...SMALL })
      for (const name of upTo(8)) queue.offer(record(name, KB10))
      const left = queue.trackQueued()
      expect(left()).toBe(16)
      for (const name of upTo(40)) queue.offer(record(name, KB10))
      if (isRead) (await queue.lease(ONE))?.nack()
      while (process.counters.dropped.overflow !== 24) queue.offer(record('more', KB10))
      expect(left()).toBe(0)
      await drain(queue)
      expect(left()).toBe(0)
      await queue.close()
    },
  )

  it('is exact when a file is loaded again', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary(), ...SMALL })
    for (const name of upTo(8)) queue.offer(record(name, KB10))
    const left = queue.trackQueued()
    for (const name of upTo(20)) queue.offer(record(`later ${name}`, KB10))
    for (let acked = 1; acked <= 8; acked += 1) {
      ;(await queue.lease(ONE))?.ack()
      expect(left()).toBe(16 - 2 * acked)
    }
    await drain(queue)
    await queue.close()
  })
})
