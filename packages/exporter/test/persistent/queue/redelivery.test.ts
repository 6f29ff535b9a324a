import { readdirSync, readFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SpanQueue } from '../../../src/persistent/queue/index.ts'
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

const SPANS = 3

const reject = async (queue: SpanQueue, ...names: string[]): Promise<void> => {
  for (const name of names) (await queue.deadLetter('protobuf', [record(name).body], SPANS, 400))()
}

/** From now on the folder `rejected` is on another file system: no file can be renamed from there to elsewhere. */
function separate(process: TestProcess, beforeRename: (from: string, to: string) => void = () => {}): void {
  process.onOperation = (name, [from, to]) => {
    if (name !== 'renameSync') return
    const isLetter = String(from).includes('rejected')
    if (isLetter && !String(to).includes('rejected')) throw failure('EXDEV')
    beforeRename(String(from), String(to))
  }
}

/** A promise, and what resolves it. */
function deferred() {
  let resolve: (value?: PromiseLike<void>) => void = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle as typeof resolve
  })
  return { promise, resolve }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 100; turn += 1) await nextTurn()
}

type Open = TestProcess['disk']['promises']['open']

/** Replaces how files are opened off the event loop. */
function replaceOpen(process: TestProcess, replacement: (open: Open) => Open): void {
  const { promises } = process.disk
  const open = replacement((...args) => promises.open(...args))
  const replaced = Object.create(promises, { open: { value: open } })
  process.disk = Object.create(process.disk, { promises: { value: replaced } })
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const lettersIn = (directory: string): string[] => readdirSync(join(directory, 'rejected'))

describe.each([
  ['on the same file system', () => {}],
  ['on another file system', separate],
])('calls of redeliver at the same time, with the rejected spans %s', (_, arrange) => {
  it('move each span once, and each returns how many it moved itself', async () => {
    for (let turns = 0; turns < 25; turns += 1) {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory })
      await reject(queue, ...upTo(3))
      arrange(process)
      const calls = [queue.redeliver(), queue.redeliver()]
      for (let turn = 0; turn < turns; turn += 1) await nextTurn()
      calls.push(queue.redeliver())
      expect(sum(await Promise.all(calls)), `after ${turns} turns`).toBe(3 * SPANS)
      expect(process.counters).toMatchObject({ redelivered: 3 * SPANS, dropped: {}, corrupt: 0 })
      expect((await drain(queue)).sort(), `after ${turns} turns`).toEqual(upTo(3))
      expect(lettersIn(directory)).toEqual([])
      await queue.close()
      expect(journals(directory)).toEqual([])
    }
  })
})

it('a rejected span that is being redelivered when the queue is closed arrives once', async () => {
  for (let count = 0; count < 80; count += 1) {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    await reject(queue, 'x')
    const read = deferred()
    replaceOpen(process, (open) => async (...args) => {
      if (String(args[0]).endsWith('.seg')) {
        read.resolve()
        for (let turn = 0; turn < count; turn += 1) await nextTurn()
      }
      return open(...args)
    })
    let isOver = false
    const redelivered = queue.redeliver().finally(() => {
      isOver = true
    })
    await read.promise
    await queue.close()
    expect(isOver).toBe(true)
    const next = new TestProcess().open({ directory })
    await next.ready
    expect(await next.redeliver(), `after ${count} turns`).toBe(SPANS - (await redelivered))
    expect(await drain(next), `after ${count} turns`).toEqual(['x'])
    await next.close()
  }
})

it('a redelivery that takes long does not make its process look dead', async () => {
  const process = new TestProcess()
  const queue = process.open({ directory: temporary() })
  await reject(queue, 'x')
  const read = deferred()
  const disk = deferred()
  onTestFinished(() => disk.resolve())
  replaceOpen(process, (open) => async (...args) => {
    if (String(args[0]).endsWith('.seg')) {
      read.resolve()
      await disk.promise
    }
    return open(...args)
  })
  const redelivered = queue.redeliver()
  await read.promise
  let signs = 0
  process.onOperation = (_, [path]) => {
    if (String(path).endsWith('alive')) signs += 1
  }
  for (let time = 0; time < 3; time += 1) {
    signs = 0
    await eventually(() => {
      process.tick(10_000)
      expect(signs, `after ${time + 1} times`).toBeGreaterThan(0)
    })
  }
  disk.resolve()
  expect(await redelivered).toBe(SPANS)
  await queue.close()
})

describe('a rejected span on another file system', () => {
  it('is copied as a whole before it is queued, whoever else redelivers meanwhile', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    await reject(queue, 'x')
    const letter = readFileSync(join(directory, 'rejected', lettersIn(directory)[0] ?? ''))
    const queued: Buffer[] = []
    separate(process, (from) => queued.push(readFileSync(from)))
    let copies = 0
    let isCopied = () => {}
    const copied = new Promise<void>((resolve) => {
      isCopied = resolve
    })
    // The first copy is slow to be closed, and another one slow to be written.
    replaceOpen(process, (open) => async (...args) => {
      const file = await open(...args)
      if (!String(args[0]).endsWith('letter')) return file
      const call = copies++ === 0 ? 'close' : 'writeFile'
      const original = file[call].bind(file) as (...values: unknown[]) => Promise<void>
      file[call] = async (...values: unknown[]) => {
        isCopied()
        await turns()
        return original(...values)
      }
      return file
    })
    const first = queue.redeliver()
    await copied
    const second = queue.redeliver()
    expect([await first, await second]).toEqual([SPANS, 0])
    expect(queued).toEqual([letter])
    await queue.close()
  })

  it('is moved by one of several processes', async () => {
    const directory = temporary()
    const processes = [new TestProcess(), new TestProcess()]
    const queues = processes.map((process) => process.open({ directory, fsync: 'interval' }))
    for (const process of processes) separate(process)
    await reject(queues[0] as SpanQueue, ...upTo(6))
    const moved = await Promise.all(queues.map((queue) => queue.redeliver()))
    expect(sum(moved)).toBe(6 * SPANS)
    const all = await Promise.all(queues.map((queue) => drain(queue)))
    expect(all.flat().sort()).toEqual(upTo(6))
    for (const queue of queues) await queue.close()
    expect(readdirSync(directory)).toEqual(['rejected'])
    expect(lettersIn(directory)).toEqual([])
  })

  it('is not lost by a kill at any operation of the disk, and comes twice at most', async () => {
    const counts = new Set<number>()
    for (let operations = 1, isOver = false; !isOver; operations += 1) {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory, fsync: 'batch' })
      await reject(queue, 'x')
      separate(process)
      const { onOperation } = process
      let left = operations
      process.onOperation = (name, args) => {
        if (--left === 0) process.kill()
        onOperation(name, args)
      }
      void queue.redeliver().catch(() => {})
      await quiet()
      isOver = process.isAlive
      process.kill()
      const next = new TestProcess().open({ directory })
      await next.ready
      await next.redeliver()
      const arrived = await drain(next)
      expect(arrived, `${operations}`).toContain('x')
      counts.add(arrived.length)
      await next.close()
      expect(journals(directory)).toEqual([])
    }
    expect([...counts].sort()).toEqual([1, 2])
  })

  /** A queue with one rejected span, and what happens when its copy is opened. */
  function startCopying(onCopy: (queue: SpanQueue) => Promise<void>) {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory, maxBytes: 64 * 1024 })
    replaceOpen(process, (open) => async (...args) => {
      const file = await open(...args)
      if (String(args[0]).endsWith('letter')) await onCopy(queue)
      return file
    })
    const copies = () => journals(directory).flatMap((name) => readdirSync(join(directory, name)))
    return { process, queue, letters: () => lettersIn(directory), copies }
  }

  it('stays if the queue was filled while it was copied', async () => {
    const { process, queue, letters, copies } = startCopying(async (queue) => {
      queue.offer(record('queued', { bytes: 64 * 1024 - 100 }))
    })
    await reject(queue, 'x')
    separate(process)
    expect(await queue.redeliver()).toBe(0)
    expect(process.counters.dropped).toEqual({})
    expect(letters()).toHaveLength(1)
    expect(copies()).not.toContain('letter')
    expect(await drain(queue)).toEqual(['queued'])
    await queue.close()
  })

  it('stays if the queue was closed while it was copied, which leaves no copy', async () => {
    const closing = deferred()
    const { process, queue, letters, copies } = startCopying(async (queue) => {
      closing.resolve(queue.close())
      await turns()
    })
    await reject(queue, 'x')
    separate(process)
    const redelivered = queue.redeliver()
    await closing.promise
    expect(copies()).toEqual([])
    expect(letters()).toHaveLength(1)
    expect(await redelivered).toBe(0)
    expect(process.counters.dropped).toEqual({})
  })
})

it('a rejected span whose copy cannot be written stays, and its file is not left open', async () => {
  const directory = temporary()
  const process = new TestProcess()
  const queue = process.open({ directory })
  await reject(queue, 'x')
  separate(process)
  const opened: FileHandle[] = []
  replaceOpen(process, (open) => async (...args) => {
    if (String(args[0]).endsWith('letter')) throw failure('ENOSPC')
    const file = await open(...args)
    opened.push(file)
    return file
  })
  expect(await queue.redeliver()).toBe(0)
  expect(lettersIn(directory)).toHaveLength(1)
  expect(opened.map(({ fd }) => fd)).toEqual(opened.map(() => -1))
  expect(opened.length).toBeGreaterThan(0)
  await queue.close()
})

describe('purge deletes rejected spans', () => {
  it.each([
    ['on the same file system', () => {}],
    ['on another file system', separate],
  ])('that are being redelivered, %s', async (_, arrange) => {
    for (let count = 0; count < 40; count += 1) {
      const directory = temporary()
      const process = new TestProcess()
      const queue = process.open({ directory })
      await reject(queue, ...upTo(3))
      arrange(process)
      const redelivered = queue.redeliver()
      for (let turn = 0; turn < count; turn += 1) await nextTurn()
      expect(await queue.purge(), `after ${count} turns`).toBe(3 * SPANS)
      expect(queue.size.spans).toBe(0)
      expect(lettersIn(directory)).toEqual([])
      const moved = await redelivered
      expect(process.counters).toMatchObject({ redelivered: moved, dropped: { purged: 3 * SPANS } })
      expect(await drain(queue)).toEqual([])
      await queue.close()
    }
  })

  it('that are being written', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    const opened = deferred()
    replaceOpen(process, (open) => async (...args) => {
      const file = await open(...args)
      if (String(args[0]).endsWith('.part')) {
        opened.resolve()
        await turns()
      }
      return file
    })
    const kept = queue.deadLetter('protobuf', [record('x').body], SPANS, 400)
    await opened.promise
    await queue.purge()
    expect(lettersIn(directory)).toEqual([])
    ;(await kept)()
    expect(process.counters).toMatchObject({ rejected: 0, dropped: { purged: SPANS } })
    expect(await queue.redeliver()).toBe(0)
    await queue.close()
  })

  it('that move from memory to the disk', async () => {
    const directory = temporary()
    const process = new TestProcess()
    const queue = process.open({ directory })
    await queue.ready
    let isFull = true
    process.onOperation = (name, [path]) => {
      if (isFull && name === 'open' && String(path).includes('rejected')) throw failure('ENOSPC')
    }
    await reject(queue, ...upTo(4))
    expect(lettersIn(directory)).toEqual([])
    isFull = false
    let purged: Promise<number> | undefined
    replaceOpen(process, (open) => (...args) => {
      if (String(args[0]).endsWith('.part')) purged ??= queue.purge()
      return open(...args)
    })
    process.tick(10_000)
    await quiet()
    expect(await purged).toBe(4 * SPANS)
    expect(lettersIn(directory)).toEqual([])
    expect(process.counters).toMatchObject({ rejected: 0, dropped: { purged: 4 * SPANS } })
    await queue.close()
  })
})

it('many rejected spans that all have a large resource are all redelivered', async () => {
  const process = new TestProcess()
  const queue = process.open({ directory: temporary() })
  const names = upTo(1000)
  const bodies = names.map((name) => record(name, { bytes: 10_000 }).body)
  ;(await queue.deadLetter('protobuf', bodies, 1000, 400))()
  expect(process.counters.rejected).toBe(1000)
  expect(await queue.redeliver()).toBe(1000)
  expect(process.counters).toMatchObject({ redelivered: 1000, dropped: {}, corrupt: 0 })
  expect((await drain(queue)).sort()).toEqual(names.toSorted())
  await queue.close()
})
