import { readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isDeep } from '../../../../../test/deep/runs.ts'
import {
  drain,
  journals,
  leaveCompressed,
  ONE,
  quiet,
  record,
  segments,
  TestProcess,
  temporary,
  upTo,
} from './support.ts'

const HEADER = 16
const RECORD = 36 + 40
/** `test:deep` damages a journal at every byte, `test` at every seventh. */
const STEP = isDeep ? 1 : 7

/** A journal that a killed process left; some of its records are acked. */
async function left(records: number, acked = 0) {
  const directory = temporary()
  const process = new TestProcess()
  const queue = process.open({ directory, isSync: true })
  for (const name of upTo(records)) queue.offer(record(name, { spans: 2 }))
  for (let count = 0; count < acked; count += 1) (await queue.lease(ONE))?.ack()
  await quiet()
  process.kill()
  const [segment = ''] = segments(directory)
  return { directory, segment, cursor: join(dirname(segment), 'cursor') }
}

/** What the next process finds and counts. */
async function found(directory: string) {
  const process = new TestProcess()
  const queue = process.open({ directory })
  await queue.ready
  const records = await drain(queue)
  const { adopted, dropped, corrupt, torn } = process.counters
  expect(adopted).toBe(2 * records.length + (dropped.corrupt ?? 0))
  await queue.close()
  expect(journals(directory)).toEqual([])
  return { records, dropped, corrupt, torn }
}

describe('a damaged journal', () => {
  it('gives all whole records, wherever the file is truncated', async () => {
    const size = HEADER + 3 * RECORD
    const { segment } = await left(3)
    const whole = readFileSync(segment)
    expect(whole.length).toBe(size)
    for (let bytes = 0; bytes <= size; bytes += STEP) {
      const { directory, segment: cut } = await left(3)
      truncateSync(cut, bytes)
      const records = Math.max(0, Math.floor((bytes - HEADER) / RECORD))
      const isTorn = bytes > 0 && bytes !== HEADER && (bytes < HEADER || (bytes - HEADER) % RECORD > 0)
      const expected = { records: upTo(records), dropped: {}, corrupt: 0, torn: isTorn ? 1 : 0 }
      expect(await found(directory), `cut at ${bytes}`).toEqual(expected)
    }
  })

  it('loses only the record in which a bit is flipped, and never delivers it', async () => {
    const size = HEADER + 3 * RECORD
    for (let byte = 0; byte < size; byte += STEP) {
      const { directory, segment } = await left(3)
      const bytes = readFileSync(segment)
      bytes[byte] = (bytes[byte] as number) ^ (1 << (byte % 8))
      writeFileSync(segment, bytes)
      const { records, corrupt, torn } = await found(directory)
      const hit = byte < HEADER ? undefined : String(Math.floor((byte - HEADER) / RECORD))
      expect(records, `byte ${byte}`).toEqual(upTo(3).filter((name) => name !== hit))
      expect({ corrupt, torn }, `byte ${byte}`).toEqual({ corrupt: hit === undefined ? 0 : 1, torn: 0 })
    }
  })

  it('counts the spans of a record whose body is damaged', async () => {
    const { directory, segment } = await left(3)
    const bytes = readFileSync(segment)
    bytes[HEADER + RECORD + 50] = 0
    writeFileSync(segment, bytes)
    const expected = { records: ['0', '2'], dropped: { corrupt: 2 }, corrupt: 1, torn: 0 }
    expect(await found(directory)).toEqual(expected)
  })

  it('is read further after zeros, where a write did not complete', async () => {
    const { directory, segment } = await left(4)
    writeFileSync(segment, readFileSync(segment).fill(0, HEADER + RECORD, HEADER + 2 * RECORD))
    expect(await found(directory)).toEqual({ records: ['0', '2', '3'], dropped: {}, corrupt: 0, torn: 1 })
  })

  it('counts as torn when it ends in zeros', async () => {
    const { directory, segment } = await left(4)
    writeFileSync(segment, readFileSync(segment).fill(0, HEADER + 2 * RECORD))
    expect(await found(directory)).toEqual({ records: ['0', '1'], dropped: {}, corrupt: 0, torn: 1 })
  })

  it('counts as torn after a large hole of zeros, and as corrupt when a byte in it is not zero', async () => {
    const size = 36 + 10_000
    const hole = { start: HEADER + size, end: HEADER + 16 * size }
    for (const byte of [undefined, hole.start, hole.start + 70_000, hole.end - 1]) {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory, isSync: true })
      for (const name of upTo(20)) queue.offer(record(name, { bytes: 10_000, spans: 2 }))
      process.kill()
      const [segment = ''] = segments(directory)
      const bytes = readFileSync(segment).fill(0, hole.start, hole.end)
      if (byte !== undefined) bytes[byte] = 1
      writeFileSync(segment, bytes)
      const isTorn = byte === undefined
      expect(await found(directory), `byte ${byte}`).toEqual({
        ...{ records: ['0', ...upTo(20).slice(16)], dropped: {} },
        ...{ corrupt: isTorn ? 0 : 1, torn: isTorn ? 1 : 0 },
      })
    }
  })

  it('counts as torn when the checkpoint is behind its end', async () => {
    const { directory, segment } = await left(3, 2)
    truncateSync(segment, HEADER + RECORD)
    expect(await found(directory)).toEqual({ records: [], dropped: {}, corrupt: 0, torn: 1 })
  })

  it('is not searched for records within records: a prompt may contain the bytes of a journal', async () => {
    const { segment } = await left(3)
    const prompt = readFileSync(segment)
    const directory = temporary()
    const process = new TestProcess()
    process.open({ directory, isSync: true }).offer({ body: prompt, spans: 2 })
    process.kill()
    const [outer = ''] = segments(directory)
    const bytes = readFileSync(outer)
    bytes[HEADER + 5] = 0xff
    writeFileSync(outer, bytes)
    expect((await found(directory)).records).toEqual([])
  })

  it('loses one record when it is damaged while the process runs', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, isSync: true, maxBytes: 8 * 64 * 1024 })
    for (const name of upTo(30)) queue.offer(record(name, { bytes: 10_000, spans: 3 }))
    const [, second = ''] = segments(directory)
    writeFileSync(second, readFileSync(second).fill(1, 200, 300))
    const records = await drain(queue)
    expect(records).toEqual(upTo(30).filter((name) => name !== '6'))
    expect(process.counters).toMatchObject({ corrupt: 1, dropped: { corrupt: 3 } })
    expect(queue.size.spans).toBe(0)
    await queue.close()
  })

  it('counts the spans of a file that is deleted while the process runs', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, isSync: true, maxBytes: 8 * 64 * 1024 })
    for (const name of upTo(30)) queue.offer(record(name, { bytes: 10_000, spans: 3 }))
    const left = queue.trackQueued()
    unlinkSync(segments(directory)[1] as string)
    const records = await drain(queue)
    expect(records).toEqual(upTo(30).filter((name) => Number(name) < 6 || Number(name) > 11))
    expect(process.counters).toMatchObject({ corrupt: 1, dropped: { corrupt: 18 } })
    expect(left()).toBe(0)
    expect(queue.size.spans).toBe(0)
    await queue.close()
  })

  it('may consist of foreign files only', async () => {
    const { directory, segment } = await left(1)
    writeFileSync(segment, 'something else altogether, and rather longer than a header')
    writeFileSync(join(dirname(segment), '0000000002.seg'), '')
    expect(await found(directory)).toMatchObject({ records: [], corrupt: 1 })
  })
})

describe('a damaged journal that an earlier version compressed with gzip', () => {
  const records = upTo(3).map((name) => record(name, { bytes: 1000, spans: 2 }))

  function compressed(spoil?: (body: Buffer, index: number) => Buffer) {
    const directory = temporary()
    leaveCompressed(directory, 'gzip', records, spoil)
    const [segment = ''] = segments(directory)
    const bytes = readFileSync(segment)
    // The offset at which each record ends.
    const ends: number[] = []
    for (let end = HEADER; end < bytes.length; ) {
      end += 36 + bytes.readUInt32LE(end + 4)
      ends.push(end)
    }
    return { directory, segment, bytes, ends }
  }

  it('gives all whole records, wherever the file is truncated', async () => {
    const size = compressed().bytes.length
    for (let length = 0; length <= size; length += STEP) {
      const { directory, segment, ends } = compressed()
      truncateSync(segment, length)
      const isTorn = ![0, HEADER, ...ends].includes(length)
      expect(await found(directory), `cut at ${length}`).toEqual({
        records: upTo(ends.filter((end) => end <= length).length),
        ...{ dropped: {}, corrupt: 0, torn: isTorn ? 1 : 0 },
      })
    }
  })

  it('loses only the record in which a bit is flipped, and counts it as corrupt', async () => {
    const size = compressed().bytes.length
    for (let byte = HEADER; byte < size; byte += STEP) {
      const { directory, segment, bytes, ends } = compressed()
      bytes[byte] = (bytes[byte] as number) ^ (1 << (byte % 8))
      writeFileSync(segment, bytes)
      const hit = ends.findIndex((end) => byte < end)
      const isBody = byte >= (ends[hit - 1] ?? HEADER) + 36
      expect(await found(directory), `byte ${byte}`).toEqual({
        records: upTo(3).filter((name) => name !== String(hit)),
        // The header tells the number of spans.
        dropped: isBody ? { corrupt: 2 } : {},
        ...{ corrupt: 1, torn: 0 },
      })
    }
  })

  it('loses only the record whose compressed body is incomplete or altered, although its checksum is right', async () => {
    const spoils = {
      half: (body: Buffer) => body.subarray(0, body.length / 2),
      'without its last byte': (body: Buffer) => body.subarray(0, -1),
      'with a bit flipped': (body: Buffer) => body.fill((body[12] as number) ^ 1, 12, 13),
      'with another length': (body: Buffer) => body.fill(0, body.length - 4),
    }
    for (const [what, spoil] of Object.entries(spoils)) {
      const { directory } = compressed((body, index) => (index === 1 ? spoil(body) : body))
      const expected = { records: ['0', '2'], dropped: { corrupt: 2 }, corrupt: 1, torn: 0 }
      expect(await found(directory), what).toEqual(expected)
    }
  })
})

describe('a checkpoint', () => {
  const slot = (sequence: number, number: number, offset: number): Buffer => {
    const bytes = Buffer.alloc(32)
    bytes.writeUInt32LE(0x7275434f, 0)
    bytes.writeDoubleLE(sequence, 4)
    bytes.writeDoubleLE(number, 12)
    bytes.writeDoubleLE(offset, 20)
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 28)), 28)
    return bytes
  }

  it('tells what is acked', async () => {
    const { directory } = await left(5, 3)
    expect((await found(directory)).records).toEqual(['3', '4'])
  })

  it('repeats one record when its newer slot is damaged, all when both are, and loses nothing', async () => {
    for (let byte = 0; byte < 544; byte += STEP) {
      const { directory, cursor } = await left(5, 3)
      const bytes = readFileSync(cursor)
      expect(bytes.length).toBe(544)
      bytes[byte] = (bytes[byte] as number) ^ (1 << (byte % 8))
      writeFileSync(cursor, bytes)
      const isNewer = byte >= 512
      expect((await found(directory)).records, `byte ${byte}`).toEqual(isNewer ? ['2', '3', '4'] : ['3', '4'])
    }
    const { directory, cursor } = await left(5, 3)
    writeFileSync(cursor, Buffer.alloc(544, 0xa5))
    expect((await found(directory)).records).toEqual(upTo(5))
  })

  it.each([
    ['is missing', (path: string) => unlinkSync(path)],
    ['is empty', (path: string) => writeFileSync(path, '')],
    ['is text', (path: string) => writeFileSync(path, 'garbage'.repeat(1000))],
    ['names a file before all others', (path: string) => writeFileSync(path, slot(9, 0, 0))],
    ['is in the middle of a record', (path: string) => writeFileSync(path, slot(9, 1, HEADER + 5)), 1],
  ])('that %s is no error', async (_, spoil, lost = 0) => {
    const { directory, cursor } = await left(5, 3)
    spoil(cursor)
    expect((await found(directory)).records).toEqual(upTo(5).slice(lost))
  })

  it('may name a file that is gone: the other files come after it', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, isSync: true, maxBytes: 8 * 64 * 1024 })
    for (const name of upTo(20)) queue.offer(record(name, { bytes: 10_000, spans: 2 }))
    ;(await queue.lease({ maxSpans: 4, maxBytes: 1e9 }))?.ack()
    await quiet()
    process.kill()
    unlinkSync(segments(directory)[0] as string)
    expect((await found(directory)).records).toEqual(upTo(20).slice(6))
  })

  it('is ahead of the file when a record was acked before it was written, which is not sent again', async () => {
    const { directory, segment } = await left(5, 5)
    truncateSync(segment, HEADER + 3 * RECORD + 10)
    expect((await found(directory)).records).toEqual([])
  })

  it('is continued by the next process', async () => {
    const { directory } = await left(5, 2)
    const second = new TestProcess()
    const queue = second.open({ directory })
    await queue.ready
    ;(await queue.lease(ONE))?.ack()
    await quiet()
    second.kill()
    expect((await found(directory)).records).toEqual(['3', '4'])
  })

  it('is moved before a file is deleted: a process that is killed in between repeats nothing', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, isSync: true, maxBytes: 8 * 64 * 1024 })
    for (const name of upTo(20)) queue.offer(record(name, { bytes: 10_000, spans: 2 }))
    const lease = await queue.lease({ maxSpans: 16, maxBytes: 1e9 })
    process.onOperation = (name) => {
      if (name === 'unlink') process.kill()
    }
    lease?.ack()
    await quiet()
    expect(process.isAlive).toBe(false)
    expect((await found(directory)).records).toEqual(upTo(20).slice(8))
  })
})
