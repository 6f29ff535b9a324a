import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import { collectWarnings, stopTracing } from '../../../../../test/support/tracing.ts'
import type { QueueSettings, SpanQueue } from '../../../src/persistent/queue/index.ts'
import { ALL, drain, names, ONE, quiet, record, segments, TestProcess, temporary } from '../queue/support.ts'

afterEach(stopTracing)

/** Lets a queue look for journals again, as it does from time to time. */
async function sweep(process: TestProcess): Promise<void> {
  process.tick(30_000)
  await quiet()
}

/** An owner that others cannot ask whether it lives, and a process that takes its journal for that of a dead one. */
class Pair {
  readonly directory = temporary()
  readonly owner = new TestProcess()
  readonly taker = new TestProcess()
  readonly queue: SpanQueue
  taken: SpanQueue | undefined

  constructor(settings: Partial<QueueSettings> = {}) {
    Object.assign(this.owner.identity, { namespace: '2' })
    this.queue = this.owner.open({ directory: this.directory, isSync: true, ...settings })
  }

  offer(...all: (string | number)[]): void {
    for (const name of all) this.queue.offer(record(name))
  }

  /** The owner is busy for a minute, and its journal is taken over. */
  async takeOver(): Promise<SpanQueue> {
    const queue = this.taker.open({ directory: this.directory })
    this.taken = queue
    await queue.ready
    this.taker.ahead += 60_000
    await sweep(this.taker)
    return queue
  }

  /** Kills the owner, and returns what the taker and a later process deliver, without what arrives twice. */
  async arrived(): Promise<string[]> {
    this.owner.kill()
    const all = this.taken ? await drain(this.taken) : []
    await this.taken?.close()
    this.taker.kill()
    await quiet()
    const next = new TestProcess()
    const queue = next.open({ directory: this.directory })
    await queue.ready
    next.ahead += 60_000
    await sweep(next)
    await queue.ready
    all.push(...(await drain(queue)))
    await sweep(next)
    all.push(...(await drain(queue)))
    await queue.close()
    return [...new Set(all)].sort()
  }
}

/** Renames a journal as a takeover does. */
function rename(directory: string, process: TestProcess): void {
  for (const name of readdirSync(directory)) {
    if (!name.includes(`.${process.pid}.`)) continue
    renameSync(join(directory, name), join(directory, `free.${String(counter++).padStart(12, '0')}`))
  }
}
let counter = 0

describe('a living owner whose journal was taken over loses nothing that it writes', () => {
  it('before the takeover', async () => {
    const pair = new Pair()
    pair.offer(1, 2)
    await pair.takeOver()
    expect(await pair.arrived()).toEqual(['1', '2'])
  })

  it.each(['readdir', 'open', 'lstat'])('between renaming and reading (%s)', async (operation) => {
    const pair = new Pair()
    pair.offer('before')
    let isRenamed = false
    pair.taker.onOperation = (name) => {
      if (name === 'rename') isRenamed = true
      else if (name === operation && isRenamed) {
        pair.taker.onOperation = () => {}
        pair.offer('between')
      }
    }
    await pair.takeOver()
    expect(await pair.arrived()).toEqual(['before', 'between'])
  })

  it('between reading and deleting', async () => {
    const pair = new Pair()
    pair.offer('before')
    const taken = await pair.takeOver()
    const lease = await taken.lease(ALL)
    pair.offer('between')
    lease?.ack()
    pair.offer('later')
    await quiet()
    expect(await pair.arrived()).toEqual(['before', 'between', 'later'].sort())
  })

  it('after everything was deleted', async () => {
    const pair = new Pair()
    pair.offer('before')
    expect(await drain(await pair.takeOver())).toEqual(['before'])
    await quiet()
    pair.offer('after')
    expect(segments(pair.directory)).toHaveLength(1)
    expect(await pair.arrived()).toEqual(['after'])
  })

  it('while it was being taken: before the write, and between the write and the look', async () => {
    for (const operation of ['writevSync', 'existsSync']) {
      const pair = new Pair()
      pair.offer(1)
      pair.owner.onOperation = (name) => {
        if (name !== operation) return
        pair.owner.onOperation = () => {}
        rename(pair.directory, pair.owner)
      }
      pair.offer(2)
      expect(await pair.arrived()).toEqual(['1', '2'])
    }
  })

  it.each(['alive', 'cursor'])('although a new folder is taken before it has its file %s', async (file) => {
    const pair = new Pair()
    pair.offer(1)
    rename(pair.directory, pair.owner)
    pair.owner.onOperation = (name, [path]) => {
      if (name !== 'openSync' || !String(path).endsWith(file)) return
      pair.owner.onOperation = () => {}
      rename(pair.directory, pair.owner)
    }
    pair.offer(2)
    expect(pair.queue.isOnDisk).toBe(true)
    expect(await pair.arrived()).toEqual(['1', '2'])
  })

  it('off the event loop, once it is written', async () => {
    const pair = new Pair({ isSync: false })
    pair.offer(1)
    await quiet()
    await pair.takeOver()
    pair.offer(2, 3)
    await quiet()
    pair.offer(4)
    await quiet()
    expect(await pair.arrived()).toEqual(['1', '2', '3', '4'])
  })

  it('when the process exits', async () => {
    const pair = new Pair({ isSync: false })
    pair.offer(1)
    await quiet()
    await pair.takeOver()
    pair.owner.isStuck = true
    pair.offer(2)
    await Promise.resolve()
    pair.offer(3)
    pair.queue.writeNow()
    expect(await pair.arrived()).toEqual(['1', '2', '3'])
  })

  it('when it is closed', async () => {
    const pair = new Pair({ isSync: false })
    pair.offer(1)
    await quiet()
    await pair.takeOver()
    pair.offer(2)
    await pair.queue.close()
    expect(pair.owner.counters.dropped).toEqual({})
    expect(await pair.arrived()).toEqual(['1', '2'])
  })

  it('in a new file', async () => {
    const bytes = 64 * 1024
    const pair = new Pair({ maxBytes: 8 * bytes })
    pair.queue.offer(record(1, { bytes }))
    await pair.takeOver()
    pair.queue.offer(record(2, { bytes }))
    expect(await pair.arrived()).toEqual(['1', '2'])
  })

  it('with all of it forced to the disk', async () => {
    const pair = new Pair({ isSync: false, fsync: 'batch' })
    pair.offer(1)
    await quiet()
    await pair.takeOver()
    for (let name = 2; name < 9; name += 1) pair.offer(name)
    await quiet()
    expect(await pair.arrived()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
  })

  it('and what a request has, once that has failed', async () => {
    const pair = new Pair({ isSync: false })
    pair.owner.isStuck = true
    pair.offer(1, 2)
    const lease = await pair.queue.lease(ONE)
    pair.owner.isStuck = false
    rename(pair.directory, pair.owner)
    rmSync(pair.directory, { recursive: true })
    pair.owner.tick(10_000)
    await quiet()
    lease?.nack()
    pair.owner.tick(10_000)
    await quiet()
    expect(await pair.arrived()).toEqual(['1', '2'])
  })

  it.each([true, false])('of spans that wait, at whatever moment (durability span: %s)', async (isSync) => {
    for (let at = 0; at < 25; at += 1) {
      const pair = new Pair({ isSync })
      const hold = (name: string) => {
        const held = pair.queue.hold(() => record(name).body)
        pair.queue.writeHeld()
        return held
      }
      let left = at
      pair.owner.onOperation = () => {
        if (left-- === 0) rename(pair.directory, pair.owner)
      }
      hold('waits 1')
      pair.offer(1)
      pair.owner.tick(10_000)
      await Promise.resolve()
      hold('waits 2')
      const released = hold('waits 3')
      pair.owner.tick(10_000)
      pair.offer(2)
      await quiet()
      released?.release()
      pair.offer(3)
      pair.owner.tick(10_000)
      await quiet()
      expect(pair.queue.isOnDisk).toBe(true)
      expect(await pair.arrived()).toEqual(expect.arrayContaining(['1', '2', '3', 'waits 1', 'waits 2']))
    }
  })

  it('and says so in the log, once', async () => {
    const warnings = collectWarnings()
    const pair = new Pair()
    pair.offer(1)
    await pair.takeOver()
    pair.offer(2)
    expect(warnings.filter((line) => line.includes('was taken over by another process'))).toHaveLength(1)
    expect(await pair.arrived()).toEqual(['1', '2'])
  })
})

it.each([true, false])(
  'looking whether the journal was taken costs at most one call for each write (%s)',
  async (isSync) => {
    const pair = new Pair({ isSync })
    const calls: Record<string, number> = {}
    pair.owner.onOperation = (name) => {
      calls[name] = (calls[name] ?? 0) + 1
    }
    for (let name = 0; name < 50; name += 1) {
      pair.offer(name)
      if (name % 5 === 0) await quiet()
    }
    await quiet()
    const looks = (calls['existsSync'] ?? 0) + (calls['stat'] ?? 0)
    // The header of a file is a write, too.
    expect(looks).toBeGreaterThan(0)
    expect(looks).toBeLessThanOrEqual((calls['writev'] ?? 0) + (calls['writevSync'] ?? 0))
    expect(calls['statSync']).toBeUndefined()
    await pair.queue.close()
  },
)

describe('the sums of a living owner whose journal was taken over', () => {
  it('count what only the files had as taken over, and not as damaged', async () => {
    const bytes = 30_000
    const pair = new Pair({ maxBytes: 8 * 64 * 1024 })
    for (let name = 0; name < 6; name += 1) pair.queue.offer(record(name, { bytes, spans: 10 }))
    const taken = await pair.takeOver()
    const own = await drain(pair.queue)
    const { counters } = pair.owner
    expect(counters.dropped).toEqual({ 'taken-over': (6 - own.length) * 10 })
    expect(counters.corrupt).toBe(0)
    expect(pair.queue.size).toMatchObject({ spans: 0, bytes: 0 })
    expect(await drain(taken)).toHaveLength(6)
    await pair.queue.close()
    await taken.close()
    expect(segments(pair.directory)).toEqual([])
  })

  it.each([
    ['was accepted', 'ack', 20],
    ['failed', 'nack', 30],
  ] as const)(
    'stay right for a process that had taken it over and was stopped itself, whose request then %s',
    async (_, end, left) => {
      const pair = new Pair()
      Object.assign(pair.taker.identity, { namespace: '3' })
      for (const name of [1, 2, 3]) pair.queue.offer(record(name, { spans: 10 }))
      pair.owner.kill()
      const stopped = await pair.takeOver()
      const lease = await stopped.lease(ONE)
      const third = new TestProcess()
      const queue = third.open({ directory: pair.directory })
      await queue.ready
      third.ahead += 60_000
      await sweep(third)
      expect(await drain(queue)).toEqual(['1', '2', '3'])
      pair.taker.tick(10_000)
      await quiet()
      lease?.[end]()
      expect(await drain(stopped)).toEqual([])
      expect(pair.taker.counters).toMatchObject({ adopted: 30, corrupt: 0, dropped: { 'taken-over': left } })
      expect(stopped.size.spans).toBe(0)
      await stopped.close()
      await queue.close()
      expect(segments(pair.directory)).toEqual([])
    },
  )
})

describe('a directory in which journals vanish again and again', () => {
  it('ends in memory, and not in an endless loop', async () => {
    const pair = new Pair()
    pair.owner.onOperation = (name) => {
      if (name === 'existsSync') rename(pair.directory, pair.owner)
    }
    pair.offer(1, 2, 3)
    expect(pair.queue.isOnDisk).toBe(false)
    expect(pair.queue.size.spans).toBe(3)
    expect(new Set(await drain(pair.queue))).toEqual(new Set(['1', '2', '3']))
    await pair.queue.close()
  })

  it('still gets what is offered, if it happens three times in a row', async () => {
    const pair = new Pair()
    for (const id of [1, 2, 3]) {
      rename(pair.directory, pair.owner)
      pair.offer(id)
      expect(pair.queue.isOnDisk).toBe(true)
      expect(pair.queue.unwritten).toBe(0)
    }
    pair.owner.kill()
    expect(await pair.arrived()).toEqual(['1', '2', '3'])
  })

  it('is tried again later', async () => {
    const pair = new Pair()
    let left = 4
    pair.owner.onOperation = (name) => {
      if (name === 'existsSync' && left-- > 0) rename(pair.directory, pair.owner)
    }
    pair.offer(1, 2, 3)
    expect(pair.queue.isOnDisk).toBe(false)
    pair.owner.ahead += 30_000
    pair.offer(4)
    await quiet()
    expect(pair.queue.isOnDisk).toBe(true)
    expect(await pair.arrived()).toEqual(['1', '2', '3', '4'])
  })
})

describe('a file that has grown since it was read', () => {
  it('is not deleted: what was added is sent, too', async () => {
    const pair = new Pair()
    pair.offer(1)
    const [file = ''] = segments(pair.directory)
    const first = readFileSync(file)
    pair.offer(2)
    const both = readFileSync(file)
    // As on a network, where another machine’s write arrives later.
    writeFileSync(file, first)
    pair.owner.kill()
    const taken = await pair.takeOver()
    const [moved = ''] = segments(pair.directory)
    writeFileSync(moved, both)
    expect(await drain(taken)).toEqual(['1'])
    await quiet()
    await sweep(pair.taker)
    expect(await drain(taken)).toEqual(['2'])
    await quiet()
    await taken.close()
    expect(segments(pair.directory)).toEqual([])
  })
})

it('whatever happens in whatever order, each record that offer has confirmed arrives', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('offer' as const) },
    { weight: 3, arbitrary: fc.constantFrom('lease', 'ack', 'nack', 'drain', 'tick', 'sweep', 'quiet') },
    { weight: 2, arbitrary: fc.record({ at: fc.nat({ max: 12 }), who: fc.constantFrom('owner', 'taker') }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.boolean(), async (steps, isSync) => {
      const pair = new Pair({ isSync, maxBytes: 8 * 64 * 1024 })
      const taken = pair.taker.open({ directory: pair.directory })
      pair.taken = taken
      await taken.ready
      const delivered = new Set<string>()
      const confirmed: string[] = []
      const out: Awaited<ReturnType<SpanQueue['lease']>>[] = []
      let offered = 0
      const offer = () => {
        const name = String(offered++)
        pair.queue.offer(record(name, { bytes: 9000 }))
        confirmed.push(name)
      }
      for (const one of steps) {
        if (one === 'offer') offer()
        else if (one === 'lease') out.push(await (offered % 2 ? pair.queue : taken).lease(ONE))
        else if (one === 'ack') {
          const lease = out.shift()
          lease?.ack()
          for (const name of names(lease)) delivered.add(name)
        } else if (one === 'nack') out.shift()?.nack()
        else if (one === 'drain') for (const name of await drain(taken)) delivered.add(name)
        else if (one === 'tick') pair.owner.tick(10_000)
        else if (one === 'sweep') {
          pair.taker.ahead += 60_000
          pair.taker.tick(30_000)
        } else if (one === 'quiet') await quiet()
        else {
          // The other process acts between two operations of this one.
          let left = one.at
          const process = pair[one.who]
          process.onOperation = () => {
            if (left-- > 0) return
            process.onOperation = () => {}
            if (one.who === 'taker') offer()
            else {
              // It is not taken twice in half a minute.
              pair.owner.ahead += 30_000
              rename(pair.directory, pair.owner)
            }
          }
        }
      }
      pair.owner.onOperation = () => {}
      pair.taker.onOperation = () => {}
      for (const lease of out) lease?.nack()
      if (!isSync) {
        // What a request had when the folder was lost is written with the next heartbeat.
        await quiet()
        pair.owner.tick(10_000)
        await quiet()
      }
      const all = new Set([...delivered, ...(await pair.arrived())])
      expect(confirmed.filter((name) => !all.has(name))).toEqual([])
    }),
    { numRuns: runs(150) },
  )
})
