import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { QueueSettings, SpanQueue } from '../../../src/persistent/queue/index.ts'
import { until } from '../sending/support/settings.ts'
import { PowerLossDisk } from './power-loss.ts'
import { drain, leaveCompressed, ONE, quiet, record, TestProcess, temporary, upTo } from './support.ts'

/** Processes on a disk that may lose its power, and which of their spans it must not lose. */
class Machine {
  readonly directory: string
  readonly disk: PowerLossDisk
  readonly #root = temporary()
  readonly #processes: TestProcess[] = []
  readonly #safe: { readonly name: string; readonly from: number; until: number }[] = []

  /** @param directory in the disk: neither it nor the one above it is there, unless it is the whole disk */
  constructor(prepare: (directory: string) => void = () => {}, directory = 'var/spans') {
    prepare(this.#root)
    this.disk = new PowerLossDisk(this.#root)
    this.directory = join(this.#root, directory)
  }

  start(settings: Partial<QueueSettings>, hasZstd = true): { process: TestProcess; queue: SpanQueue } {
    const process = new TestProcess()
    process.disk = this.disk.files
    this.#processes.push(process)
    Object.assign(process.system, { hasZstd })
    return { process, queue: process.open({ directory: this.directory, ...settings }) }
  }

  /** From now on the power may be lost, and these must not be. */
  safe(...names: string[]): void {
    for (const name of names)
      this.#safe.push({ name, from: this.disk.length, until: Number.POSITIVE_INFINITY })
  }

  /** They are delivered from now on. */
  delivered(...names: string[]): void {
    for (const one of this.#safe)
      if (names.includes(one.name)) one.until = Math.min(one.until, this.disk.length)
  }

  /** What a process finds after a power loss after so many operations. */
  async found(length: number, isKept?: () => boolean): Promise<string[]> {
    const target = mkdtempSync(join(this.#root, 'after-'))
    this.disk.leave(target, length, isKept)
    const directory = join(target, this.directory.slice(this.#root.length))
    const queue = new TestProcess().open({ directory })
    await queue.ready
    const names = await drain(queue)
    await queue.redeliver()
    names.push(...(await drain(queue)))
    await queue.close()
    rmSync(target, { recursive: true })
    return names
  }

  /**
   * Checks a power loss after each operation: without what was not forced, and with every other operation of it.
   *
   * @param alone how many of the operations that were not forced are also kept alone, each of them
   */
  async expectNothingLost(alone = 0): Promise<void> {
    expect(this.#safe).not.toEqual([])
    for (const process of this.#processes) process.kill()
    await quiet()
    const from = Math.min(...this.#safe.map((one) => one.from))
    for (let length = from; length <= this.disk.length; length += 1) {
      const safe = this.#safe
        .filter((one) => one.from <= length && length < one.until)
        .map(({ name }) => name)
      let part = length
      const only = Array.from({ length: alone }, (_, nth) => {
        let at = 0
        return () => at++ === nth
      })
      for (const isKept of [() => false, () => part++ % 2 === 0, ...only]) {
        const found = new Set(await this.found(length, isKept))
        expect(
          safe.filter((name) => !found.has(name)),
          `after ${length} operations`,
        ).toEqual([])
      }
    }
  }
}

const reject = async (machine: Machine, queue: SpanQueue): Promise<void> => {
  const lease = await queue.lease(ONE)
  if (lease === undefined) return
  const count = await queue.deadLetter(lease.format, lease.bodies, lease.spans, 400)
  count()
  lease.ack()
  const name = lease.bodies[0]?.toString().replace(/\.*$/, '') ?? ''
  machine.safe(name)
  await quiet()
}

describe('a power loss takes nothing', () => {
  it('that offer has returned with, with durability span and fsync batch', async () => {
    const machine = new Machine()
    const { queue } = machine.start({ fsync: 'batch', isSync: true, maxBytes: 8 * 64 * 1024 })
    for (const name of upTo(4)) {
      queue.offer(record(name, { bytes: 30_000 }))
      machine.safe(name)
    }
    await quiet()
    await machine.expectNothingLost()
  })

  it('that counts as written, with fsync batch', async () => {
    const machine = new Machine()
    const { queue } = machine.start({ fsync: 'batch', maxBytes: 8 * 64 * 1024 })
    for (const name of upTo(4)) {
      queue.offer(record(name, { bytes: 30_000 }))
      await until(() => queue.unwritten === 0)
      machine.safe(name)
    }
    await quiet()
    await machine.expectNothingLost()
  })

  it('that was written before the last interval, with fsync interval', async () => {
    const machine = new Machine()
    const { process, queue } = machine.start({ fsync: 'interval', maxBytes: 8 * 64 * 1024 })
    for (const name of upTo(4)) {
      queue.offer(record(name, { bytes: 30_000 }))
      await quiet()
      process.tick(500)
      await quiet()
      machine.safe(name)
    }
    await queue.close()
    await machine.expectNothingLost()
  })

  it.each(['batch', 'interval'] as const)(
    'that waited for its trace until the process ended by itself (%s)',
    async (fsync) => {
      const machine = new Machine()
      const { process, queue } = machine.start({ fsync })
      const held = upTo(3).map((name) => queue.hold(() => record(name).body))
      queue.writeHeld()
      await quiet()
      process.tick(500)
      await quiet()
      machine.safe(...upTo(3))
      for (const [index, name] of upTo(3).entries()) queue.offer(record(name), () => held[index]?.release())
      queue.writeNow()
      await machine.expectNothingLost(6)
    },
  )

  it.each(['batch', 'interval'] as const)(
    'that was rejected, from the moment that it counts so (%s)',
    async (fsync) => {
      const machine = new Machine()
      const { queue } = machine.start({ fsync, isSync: true })
      for (const name of upTo(3)) queue.offer(record(name))
      for (let count = 0; count < 3; count += 1) await reject(machine, queue)
      await queue.close()
      await machine.expectNothingLost()
    },
  )

  it.each(['batch', 'interval'] as const)(
    'that is redelivered, until it is delivered, beside other rejections (%s)',
    async (fsync) => {
      const machine = new Machine()
      const { queue } = machine.start({ fsync, isSync: true })
      for (const name of upTo(2)) queue.offer(record(name))
      for (let count = 0; count < 2; count += 1) await reject(machine, queue)
      const redelivered = queue.redeliver()
      const other = machine.start({ fsync, isSync: true })
      other.queue.offer(record('other'))
      await reject(machine, other.queue)
      await redelivered
      const lease = await queue.lease({ maxSpans: 9, maxBytes: 1e6 })
      machine.delivered('0', '1')
      lease?.ack()
      await queue.close()
      await other.queue.close()
      await machine.expectNothingLost()
    },
  )

  it.each(['batch', 'interval'] as const)(
    'that was taken over from a process that had not forced it (%s)',
    async (fsync) => {
      const machine = new Machine(() => {}, '.')
      const first = machine.start({ fsync: 'never', isSync: true })
      for (const name of upTo(3)) first.queue.offer(record(name))
      first.process.kill()
      const { queue } = machine.start({ fsync })
      await queue.ready
      machine.safe(...upTo(3))
      await reject(machine, queue)
      await queue.close()
      await machine.expectNothingLost()
    },
  )

  it('that waits for a Node that can read zstd', async () => {
    const machine = new Machine(
      (directory) => leaveCompressed(directory, 'zstd', [record('compressed')]),
      '.',
    )
    machine.safe('compressed')
    const { queue } = machine.start({ fsync: 'interval' }, false)
    await queue.ready
    queue.offer(record('own'))
    await quiet()
    await queue.close()
    expect(readdirSync(machine.directory).some((name) => name.startsWith('zstd.'))).toBe(true)
    await machine.expectNothingLost()
  })
})
