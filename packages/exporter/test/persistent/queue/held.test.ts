import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HeldSpan, SpanQueue } from '../../../src/persistent/queue/index.ts'
import {
  drain,
  eventually,
  failure,
  journals,
  quiet,
  record,
  TestProcess,
  temporary,
  upTo,
} from './support.ts'

/** Holds spans by their names. */
function hold(queue: SpanQueue, ...names: (string | number)[]): HeldSpan[] {
  return holdBodies(queue, ...names.map((name) => () => record(name).body))
}

function holdBodies(queue: SpanQueue, ...encode: (() => Buffer)[]): HeldSpan[] {
  const held = encode.map((one) => queue.hold(one) as HeldSpan)
  queue.writeHeld()
  return held
}

/** Offers the final version of a held span. */
const finish = (queue: SpanQueue, name: string | number, held: HeldSpan) =>
  queue.offer(record(`${name} in session`), () => held.release())

/** Paths of the files of held spans. */
const heldFiles = (directory: string): string[] =>
  journals(directory)
    .flatMap((name) => readdirSync(join(directory, name)).map((file) => join(directory, name, file)))
    .filter((path) => path.endsWith('.held'))

async function nextProcess(directory: string) {
  const process = new TestProcess()
  const queue = process.open({ directory })
  await queue.ready
  return { queue, counters: process.counters }
}

describe('a span that waits', () => {
  it('is delivered by the next process after a crash', async () => {
    const directory = temporary()
    const process = new TestProcess()
    hold(process.open({ directory }), 1, 2, 3)
    await quiet()
    process.kill()
    const { queue, counters } = await nextProcess(directory)
    expect(queue.size.spans).toBe(3)
    expect(await drain(queue)).toEqual(['1', '2', '3'])
    expect(counters.adopted).toBe(3)
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it("is in the journal before the call returns with durability 'span'", async () => {
    const directory = temporary()
    const process = new TestProcess()
    process.isStuck = true
    hold(process.open({ directory, isSync: true }), 1)
    process.kill()
    const { queue } = await nextProcess(directory)
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
  })

  it('is neither queued nor counted while it waits', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary() })
    hold(queue, 1)
    await quiet()
    expect([queue.size.spans, queue.unwritten]).toEqual([0, 0])
    expect(await drain(queue)).toEqual([])
    await queue.close()
  })

  it('is written off the event loop, with all that were held at the same time', async () => {
    const process = new TestProcess()
    const queue = process.open({ directory: temporary() })
    const writes: string[] = []
    process.onOperation = (name) => {
      if (name.startsWith('writev')) writes.push(name)
    }
    hold(queue, ...upTo(64))
    await quiet()
    // The header of the file, and the spans.
    expect(writes).toEqual(['writev', 'writev'])
    await queue.close()
  })

  it('has no copy without a directory', () => {
    expect(new TestProcess().open().hold(() => record(1).body)).toBeUndefined()
  })

  it.each(['never', 'interval', 'batch'] as const)(
    'comes once after a crash if its final version is written (fsync: %s)',
    async (fsync) => {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory, fsync })
      const [one, two] = hold(queue, 1, 2) as [HeldSpan, HeldSpan]
      finish(queue, 1, one)
      await quiet()
      process.kill()
      const next = await nextProcess(directory)
      expect((await drain(next.queue)).sort()).toEqual(['1 in session', '2'])
      expect(next.counters.adopted).toBe(2)
      void two
      await next.queue.close()
    },
  )

  it.each(['at once', 'after some were released'] as const)(
    'comes once after the process has exited, however many files had its copy (its final version is offered %s)',
    async (moment) => {
      const directory = temporary()
      const process = new TestProcess()
      // A file takes 62,500 bytes.
      const queue = process.open({ directory, maxBytes: 1_000_000, isSync: true })
      const bodies = upTo(12).map((name) => () => record(name, { bytes: 15_000 }).body)
      const spans = holdBodies(queue, ...bodies)
      expect(heldFiles(directory)).toHaveLength(3)
      for (const [index, held] of spans.entries()) {
        finish(queue, index, held)
        // The first file is being deleted.
        if (index === 6 && moment !== 'at once') await null
      }
      queue.writeNow()
      process.kill()
      const next = await nextProcess(directory)
      expect((await drain(next.queue)).toSorted()).toEqual(
        upTo(12)
          .map((name) => `${name} in session`)
          .toSorted(),
      )
      await next.queue.close()
    },
  )

  it('leaves no file behind if the process exits when nothing waits', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, isSync: true })
    const [one] = hold(queue, 1) as [HeldSpan]
    finish(queue, 1, one)
    queue.writeNow()
    expect(heldFiles(directory)).toEqual([])
    process.kill()
  })

  it('comes twice if the crash hits between its final version and the release, and never not at all', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    const [one] = hold(queue, 1) as [HeldSpan]
    await quiet()
    queue.offer(record('1 in session'), () => process.kill())
    void one
    await quiet()
    const next = await nextProcess(directory)
    expect((await drain(next.queue)).sort()).toEqual(['1', '1 in session'])
    await next.queue.close()
  })

  it('leaves no file behind once nothing waits', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    const spans = hold(queue, ...upTo(100))
    await quiet()
    expect(heldFiles(directory)).toHaveLength(1)
    for (const [index, held] of spans.entries()) finish(queue, index, held)
    await quiet()
    process.tick(10_000)
    await quiet()
    expect(heldFiles(directory)).toEqual([])
    expect(await drain(queue)).toHaveLength(100)
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('takes little space, although some spans wait much longer than others', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, maxBytes: 16 * 1024 * 1024 })
    const body = (name: string) => record(name, { bytes: 10_000 }).body
    const long = holdBodies(queue, ...['a', 'b', 'c'].map((name) => () => body(name)))
    let most = 0
    for (let round = 0; round < 60; round++) {
      const spans = holdBodies(queue, ...upTo(30).map((name) => () => body(name)))
      await quiet()
      for (const held of spans) held.release()
      await quiet()
      const sizes = heldFiles(directory).map((path) => statSync(path).size)
      most = Math.max(
        most,
        sizes.reduce((sum, size) => sum + size, 0),
      )
    }
    // 18 MB were written.
    expect(most).toBeLessThan(7 * 1024 * 1024)
    void long
    process.kill()
    const next = await nextProcess(directory)
    expect((await drain(next.queue)).sort()).toEqual(['a', 'b', 'c'])
    await next.queue.close()
  })

  it('is in memory only while the disk cannot be written, and is written when it can', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    process.onOperation = (name) => {
      if (name.startsWith('write') || name === 'openSync') throw failure('ENOSPC')
    }
    const [one, two] = hold(queue, 1, 2) as [HeldSpan, HeldSpan]
    await quiet()
    expect(queue.isOnDisk).toBe(false)
    finish(queue, 1, one)
    process.onOperation = () => {}
    process.ahead = 60_000
    process.tick(10_000)
    await quiet()
    expect(queue.isOnDisk).toBe(true)
    void two
    process.kill()
    const next = await nextProcess(directory)
    expect((await drain(next.queue)).sort()).toEqual(['1 in session', '2'])
    await next.queue.close()
  })

  it('does not take the place of spans that are queued', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, maxBytes: 1_000_000 })
    holdBodies(queue, ...upTo(200).map((name) => () => record(name, { bytes: 10_000 }).body))
    await quiet()
    for (const name of upTo(40)) queue.offer(record(name, { bytes: 10_000 }))
    await quiet()
    expect(process.counters.dropped).toEqual({})
    expect(await drain(queue)).toHaveLength(40)
    await queue.close()
  })

  it('is delivered although a part of the log is damaged', async () => {
    const directory = temporary()
    const process = new TestProcess()
    hold(process.open({ directory }), 1, 2, 3)
    await quiet()
    process.kill()
    const [path = ''] = heldFiles(directory)
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('2....')] = 0x39
    writeFileSync(path, bytes)
    const { queue, counters } = await nextProcess(directory)
    expect(await drain(queue)).toEqual(['1', '3'])
    expect(counters).toMatchObject({ adopted: 3, corrupt: 1, dropped: { corrupt: 1 } })
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('waits for a process that can write, if the disk is full at the takeover', async () => {
    const directory = temporary()
    const process = new TestProcess()
    hold(process.open({ directory }), 1)
    await quiet()
    process.kill()
    const full = new TestProcess()
    full.onOperation = (name, [path]) => {
      if (name === 'open' && String(path).endsWith('/held')) throw failure('ENOSPC')
    }
    const queue = full.open({ directory })
    await queue.ready
    expect(queue.size.spans).toBe(0)
    full.onOperation = () => {}
    full.tick(30_000)
    await eventually(() => expect(queue.size.spans).toBe(1))
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('is not lost if its living process is taken for dead, and killed later', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, isSync: true })
    hold(queue, 1)
    await quiet()
    TestProcess.living.delete(process.pid)
    const next = await nextProcess(directory)
    TestProcess.living.set(process.pid, '7')
    hold(queue, 2)
    process.kill()
    expect(await drain(next.queue)).toEqual(['1'])
    const last = await nextProcess(directory)
    expect(await drain(last.queue)).toEqual(['1', '2'])
    await last.queue.close()
    await next.queue.close()
  })

  it('is delivered by a process that is killed in the middle of the takeover, and the next', async () => {
    for (let operations = 1; operations < 25; operations++) {
      const directory = temporary()
      const process = new TestProcess()
      hold(process.open({ directory }), 1, 2)
      await quiet()
      process.kill()
      const second = new TestProcess()
      let left = operations
      second.onOperation = () => {
        if (--left === 0) second.kill()
      }
      try {
        second.open({ directory })
      } catch {
        // Killed within the call.
      }
      await quiet()
      second.kill()
      const { queue } = await nextProcess(directory)
      expect(new Set(await drain(queue))).toEqual(new Set(['1', '2']))
      await queue.close()
    }
  })

  it('is not lost by a crash at any operation of the disk, and comes twice at most', async () => {
    for (let operations = 1, isOver = false; !isOver; operations++) {
      const directory = temporary()
      const process = new TestProcess()
      let left = operations
      process.onOperation = () => {
        if (--left === 0) process.kill()
      }
      const { safe, released } = await live(process, directory)
      isOver = process.isAlive
      process.kill()
      await quiet()
      const { queue } = await nextProcess(directory)
      const delivered = await drain(queue)
      await queue.close()
      const times = (name: string) => delivered.filter((one) => one.split(' ')[0] === name).length
      for (const name of safe) expect([1, 2], `${name}, ${operations}`).toContain(times(name))
      // Released long before the crash.
      for (const name of released) expect(times(name), `${name}, ${operations}`).toBe(1)
      expect(journals(directory)).toEqual([])
    }
  })
})

/** A life of some spans, until the process is killed. `safe` may not be lost, `released` may not come twice. */
async function live(process: TestProcess, directory: string) {
  const safe: string[] = []
  const released: string[] = []
  try {
    const queue = process.open({ directory, fsync: 'interval', isSync: true, maxBytes: 1_000_000 })
    const waiting = new Map<string, HeldSpan>()
    for (let round = 0; round < 3 && process.isAlive; round++) {
      for (const letter of ['a', 'b', 'c']) {
        const name = `${letter}${round}`
        // A file takes 62,500 bytes.
        const [held] = holdBodies(queue, () => record(name, { bytes: 15_000 }).body) as [HeldSpan]
        if (!process.isAlive) break
        safe.push(name)
        waiting.set(name, held)
      }
      await quiet()
      for (const [name, held] of waiting) {
        // One span of the first round waits until the end.
        if (name === 'a0' || !process.isAlive) continue
        finish(queue, name, held)
        waiting.delete(name)
        await quiet()
        if (process.isAlive) released.push(name)
      }
    }
  } catch {
    // Killed within the call.
  }
  return { safe, released }
}
