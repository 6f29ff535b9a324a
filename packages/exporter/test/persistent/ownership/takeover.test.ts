import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  drain,
  failure,
  journals,
  leaveCompressed,
  ONE,
  quiet,
  record,
  segments,
  TestProcess,
  temporary,
  upTo,
} from '../queue/support.ts'

const BYTES = 30_000

/** Lets a queue look for journals again, as it does from time to time. */
async function sweep(process: TestProcess): Promise<void> {
  process.tick(30_000)
  await quiet()
}

/** Leaves a journal with nine records in five files. The first ones are acked. */
async function leaveJournal(directory: string, acked = 0): Promise<void> {
  const dead = new TestProcess()
  const queue = dead.open({ directory, isSync: true, maxBytes: 8 * 64 * 1024 })
  for (const name of upTo(9)) queue.offer(record(name, { bytes: BYTES }))
  for (let left = acked; left > 0; left -= 1) (await queue.lease(ONE))?.ack()
  await quiet()
  dead.kill()
}

/** A process for which folders of a directory cannot be renamed. */
function onLayers(): TestProcess {
  const process = new TestProcess()
  process.onOperation = (name, [from]) => {
    if (name === 'rename' && !String(from).endsWith('.seg')) throw failure('EXDEV')
  }
  return process
}

describe('a journal in a layer of a container’s image, which cannot be renamed', () => {
  it('is taken over file by file, from the first record that is not acked', async () => {
    const directory = temporary()
    await leaveJournal(directory, 3)
    const process = onLayers()
    const queue = process.open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(upTo(9).slice(3))
    process.onOperation = () => {}
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('is taken over with the spans that wait', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    const left = dead.open({ directory, isSync: true })
    left.offer(record('queued'))
    left.hold(() => record('waits').body)
    left.writeHeld()
    dead.kill()
    const process = onLayers()
    process.onOperation = (name, [from]) => {
      if (name === 'rename' && String(from).includes(`.${dead.pid}.`) && !/\.(seg|held)$/.test(String(from)))
        throw failure('EXDEV')
    }
    const queue = process.open({ directory })
    await queue.ready
    expect((await drain(queue)).sort()).toEqual(['queued', 'waits'])
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('is shared by several processes that take it at the same time: nothing is lost or sent twice', async () => {
    const directory = temporary()
    await leaveJournal(directory)
    const processes = [onLayers(), onLayers(), onLayers()]
    const queues = processes.map((process) => process.open({ directory }))
    await Promise.all(queues.map((queue) => queue.ready))
    for (const process of processes) await sweep(process)
    const all: string[] = []
    for (const queue of queues) all.push(...(await drain(queue)))
    expect(all.sort()).toEqual(upTo(9))
    for (const process of processes) process.onOperation = () => {}
    for (const queue of queues) await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('loses nothing when the process is killed in the middle, at any operation', async () => {
    for (let at = 0; at < 40; at += 1) {
      const directory = temporary()
      await leaveJournal(directory, 3)
      const process = onLayers()
      const { onOperation } = process
      let operations = 0
      process.onOperation = (name, args) => {
        if (operations++ === at) process.kill()
        onOperation(name, args)
      }
      process.open({ directory })
      await quiet()
      process.kill()
      const next = new TestProcess()
      const queue = next.open({ directory })
      await queue.ready
      const found = await drain(queue)
      expect(
        upTo(9)
          .slice(3)
          .filter((name) => !found.includes(name)),
      ).toEqual([])
      await queue.close()
      expect(journals(directory)).toEqual([])
    }
  })

  it('stays, and leaves nothing new behind, when its files cannot be moved either', async () => {
    const directory = temporary()
    await leaveJournal(directory)
    const before = readdirSync(directory)
    const process = new TestProcess()
    process.onOperation = (name) => {
      if (name === 'rename') throw failure('EXDEV')
    }
    const queue = process.open({ directory })
    await queue.ready
    await sweep(process)
    expect(journals(directory).filter((name) => !name.includes(`.${process.pid}.`))).toEqual(before)
    process.onOperation = () => {}
    await sweep(process)
    expect(await drain(queue)).toEqual(upTo(9))
    await queue.close()
  })
})

describe.each(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])('a takeover during a shortage (%s)', (code) => {
  const short = (operation: string) => {
    const process = new TestProcess()
    process.onOperation = (name, [path]) => {
      if (name === operation && !String(path).includes(`.${process.pid}.cursor`)) throw failure(code)
    }
    return process
  }

  it.each(['readdir', 'open', 'lstat'])(
    'does not hold the shutdown, and loses nothing (%s)',
    async (name) => {
      const directory = temporary()
      await leaveJournal(directory, 3)
      const process = short(name)
      const queue = process.open({ directory })
      await queue.ready
      await queue.close()
      process.kill()
      const next = new TestProcess()
      const after = next.open({ directory })
      await after.ready
      expect(await drain(after)).toEqual(upTo(9).slice(3))
      await after.close()
      expect(journals(directory)).toEqual([])
    },
  )

  it('is made up for once it is over, in the order of the records', async () => {
    const directory = temporary()
    await leaveJournal(directory)
    const process = short('open')
    const queue = process.open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual([])
    process.onOperation = () => {}
    await sweep(process)
    expect(await drain(queue)).toEqual(upTo(9))
    await queue.close()
    expect(journals(directory)).toEqual([])
  })

  it('does not hold it for spans that wait either', async () => {
    const directory = temporary()
    const dead = new TestProcess()
    const left = dead.open({ directory, isSync: true })
    left.hold(() => record('waits').body)
    left.writeHeld()
    dead.kill()
    const process = short('readFile')
    const queue = process.open({ directory })
    await queue.ready
    process.onOperation = () => {}
    await sweep(process)
    expect(await drain(queue)).toEqual(['waits'])
    await queue.close()
  })

  it('that begins in the middle of a journal leaves the rest for later', async () => {
    const directory = temporary()
    await leaveJournal(directory)
    const process = new TestProcess()
    let reads = 0
    process.onOperation = (name, [path]) => {
      if (name === 'open' && String(path).endsWith('.seg') && reads++ >= 2) throw failure(code)
    }
    const queue = process.open({ directory })
    await queue.ready
    process.onOperation = () => {}
    expect(await drain(queue)).toEqual(upTo(4))
    await quiet()
    await sweep(process)
    expect(await drain(queue)).toEqual(upTo(9).slice(4))
    await queue.close()
    expect(journals(directory)).toEqual([])
  })
})

describe('a takeover', () => {
  it('ends soon when the queue is closed, although a file cannot be read for lack of descriptors', async () => {
    const directory = temporary()
    await leaveJournal(directory)
    const process = new TestProcess()
    process.onOperation = (name, [path]) => {
      if (name === 'open' && String(path).endsWith('.seg')) throw failure('EMFILE')
    }
    let pauses = 0
    let closed: Promise<void> | undefined
    process.system.pause = async () => {
      pauses += 1
      closed ??= queue.close()
    }
    const queue = process.open({ directory })
    await queue.ready
    await closed
    expect(pauses).toBe(1)
    expect(segments(directory)).toHaveLength(5)
  })

  it('loses nothing when the process is killed in the middle, at any operation', async () => {
    for (let at = 0; at < 40; at += 1) {
      const directory = temporary()
      await leaveJournal(directory, 3)
      const process = new TestProcess()
      let operations = 0
      process.onOperation = () => {
        if (operations++ === at) process.kill()
      }
      process.open({ directory })
      await quiet()
      process.kill()
      const queue = new TestProcess().open({ directory })
      await queue.ready
      expect(await drain(queue)).toEqual(upTo(9).slice(3))
      await queue.close()
      expect(journals(directory)).toEqual([])
    }
  })

  it('deletes no file that a process without zstd cannot read, although a full disk keeps it in its place', async () => {
    const directory = temporary()
    leaveCompressed(directory, 'zstd', [record('compressed')])
    const old = new TestProcess()
    Object.assign(old.system, { hasZstd: false })
    old.onOperation = (name) => {
      if (name === 'mkdir') throw failure('ENOSPC')
    }
    const first = old.open({ directory })
    await first.ready
    await sweep(old)
    await first.close()
    const queue = new TestProcess().open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(['compressed'])
    await queue.close()
  })

  it('survives that the directory is deleted meanwhile', async () => {
    for (let at = 1; at < 20; at += 1) {
      const directory = temporary()
      await leaveJournal(directory)
      const process = new TestProcess()
      let operations = 0
      process.onOperation = () => {
        if (operations++ === at) rmSync(directory, { recursive: true, force: true })
      }
      const queue = process.open({ directory })
      await queue.ready
      queue.offer(record('own'))
      await quiet()
      mkdirSync(directory, { recursive: true })
      process.tick(10_000)
      await quiet()
      expect(await drain(queue)).toContain('own')
      expect(queue.size.spans).toBe(0)
      await queue.close()
    }
  })
})
