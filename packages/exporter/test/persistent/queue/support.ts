import * as fs from 'node:fs'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import { afterEach, onTestFinished, vi } from 'vitest'
import type { Encoded } from '../../../src/persistent/encoder/codec.ts'
import { machine, type System } from '../../../src/persistent/journal/context.ts'
import { recordHeader, segmentHeader } from '../../../src/persistent/journal/segment/format.ts'
import type { Lease, LeaseLimits, QueueSettings, SpanQueue } from '../../../src/persistent/queue/index.ts'
import { openQueue } from '../../../src/persistent/queue/persistent-queue.ts'
import { type DeliveryCounters, newDeliveryCounters } from '../../../src/persistent/stats.ts'

/** A folder that is deleted after the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'queue-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** How long a test waits for what has to happen, however slow the machine is. */
const LONGEST_WAIT_MILLIS = 100_000

// Asking for it reads files of the system.
const real = machine()
/** The clock that is never set back stands still, at a whole number, so that a machine that is busy changes nothing. */
const STARTED = Math.ceil(real.now())

/** A process, as the queue sees it: it can be killed, its clocks can be set, its disk can fail. */
export class TestProcess {
  readonly counters: DeliveryCounters = newDeliveryCounters()
  readonly pid: number
  /** Milliseconds that both clocks are ahead. */
  ahead = 0
  /** Milliseconds that the clock that can be set is further ahead. */
  wallAhead = 0
  /** Called before each operation of the file system, which fails with what this throws. */
  onOperation: (name: string, args: readonly unknown[]) => void = () => {}
  /** The most bytes that one write takes. */
  writeAtMost = Number.POSITIVE_INFINITY
  /** Whether no operation off the event loop starts any more. */
  isStuck = false
  /** Calls off the event loop that the disk does not answer; undefined while it answers. */
  #unanswered: (() => void)[] | undefined
  /** What the operations work on. */
  disk: System['fs'] = fs
  /** The free space that the disk reports, in bytes. */
  freeBytes: number | undefined
  identity = { host: 'abc', namespace: '1', pid: 0, start: '7', thread: 0 }
  readonly timers = new Set<{ millis: number; callback: () => void }>()
  static readonly living = new Map<number, string>()
  static #nextPid = 1000
  /** File operations that have not ended, of all processes of the current test. */
  static load = { underWay: 0 }
  readonly #load = TestProcess.load
  readonly #files = new Set<fs.promises.FileHandle>()

  constructor() {
    this.pid = TestProcess.#nextPid++
    this.identity.pid = this.pid
    TestProcess.living.set(this.pid, '7')
  }

  get isAlive(): boolean {
    return TestProcess.living.has(this.pid)
  }

  /** Nothing of it runs any more. What its threads are writing is written. */
  kill(): void {
    TestProcess.living.delete(this.pid)
    this.timers.clear()
    // As the system does. Otherwise Node closes them some time, with a warning.
    for (const file of this.#files) closeUnlessClosed(file)
  }

  /** From now on the disk answers no call. A call within the event loop would stop the process, so it is no end. */
  hang(): void {
    this.#unanswered ??= []
  }

  /** The disk answers again, the calls that wait for it, too. */
  answer(): void {
    const unanswered = this.#unanswered ?? []
    this.#unanswered = undefined
    for (const call of unanswered) call()
  }

  /** How many calls the disk has not answered. */
  get unanswered(): number {
    return this.#unanswered?.length ?? 0
  }

  /** Fires all timers of an interval. */
  tick(millis: number): void {
    for (const timer of [...this.timers]) if (timer.millis === millis) timer.callback()
  }

  open(settings: Partial<QueueSettings> = {}, window = 1): SpanQueue {
    return openQueue({ ...SETTINGS, ...settings }, this.counters, window, this.system)
  }

  readonly system: System = {
    fs: this.#fileSystem(),
    now: () => STARTED + this.ahead,
    wall: () => Date.now() + this.ahead + this.wallAhead,
    every: (millis, callback) => {
      const timer = { millis, callback }
      this.timers.add(timer)
      return () => this.timers.delete(timer)
    },
    pause: async () => {},
    identity: this.identity,
    hasZstd: real.hasZstd,
    startOf: (pid) => TestProcess.living.get(pid),
  }

  // Each function of the file system, under the test's control.
  #fileSystem(): System['fs'] {
    const never = new Promise<never>(() => {})
    const promises = new Proxy(fs.promises, {
      get:
        (target, name: 'readFile') =>
        async (...args: Parameters<typeof target.readFile>) => {
          if (!this.isAlive) return never
          this.onOperation(name, args)
          const waits = this.#unanswered
          if (waits) await new Promise<void>((resolve) => waits.push(resolve))
          if (!this.isAlive) return never
          this.#load.underWay += 1
          const result: unknown = await this.disk.promises[name as 'readFile'](...args).finally(() => {
            this.#load.underWay -= 1
          })
          const file = (name as string) === 'open' ? (result as fs.promises.FileHandle) : undefined
          if (!this.isAlive) {
            if (file !== undefined) closeUnlessClosed(file)
            return never
          }
          if (file !== undefined) {
            this.#files.add(file)
            return counted(file, this.#load)
          }
          if ((name as string) === 'statfs' && this.freeBytes !== undefined)
            return { bsize: 1, bavail: this.freeBytes }
          return result
        },
    })
    const call = (name: string, args: unknown[]) =>
      (this.disk as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args)
    return new Proxy(fs, {
      get: (_, name: string) => {
        if (name === 'promises') return promises
        return (...args: unknown[]) => {
          const callback = args.at(-1)
          const isAsync = typeof callback === 'function'
          if (isAsync && this.isStuck) return undefined
          if (!this.isAlive) {
            if (isAsync) return undefined
            throw new Error('the process is dead')
          }
          try {
            this.onOperation(name, args)
          } catch (error) {
            if (!isAsync) throw error
            setImmediate(() => callback(error))
            return undefined
          }
          const waits = this.#unanswered
          if (isAsync) {
            if (waits === undefined) this.#load.underWay += 1
            args[args.length - 1] = (...results: unknown[]) => {
              this.#load.underWay -= 1
              if (this.isAlive) callback(...results)
            }
          }
          if (waits !== undefined) {
            if (!isAsync) throw new Error(`${name} stops the event loop`)
            waits.push(() => {
              this.#load.underWay += 1
              call(name, args)
            })
            return undefined
          }
          if (name.startsWith('writev')) args[1] = shorten(args[1] as Buffer[], this.writeAtMost)
          return call(name, args)
        }
      },
    })
  }
}

// An operation of a test that failed may never end, and later tests must not wait for it.
afterEach(() => {
  TestProcess.load = { underWay: 0 }
})

function closeUnlessClosed(file: fs.promises.FileHandle): void {
  if (file.fd !== -1) file.close().catch(() => {})
}

/** The same file, whose operations count as operations under way. */
function counted(file: fs.promises.FileHandle, load: typeof TestProcess.load): fs.promises.FileHandle {
  return new Proxy(file, {
    get: (target, name: 'sync') => {
      const call: unknown = target[name]
      if (typeof call !== 'function') return call
      return async (...args: unknown[]) => {
        load.underWay += 1
        return (call.apply(target, args) as Promise<unknown>).finally(() => {
          load.underWay -= 1
        })
      }
    },
  })
}

function shorten(parts: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes
  const some: Buffer[] = []
  for (const part of parts) {
    if (left <= 0) break
    some.push(part.subarray(0, left))
    left -= part.length
  }
  return some
}

/** Settings of a queue in memory with enough room. */
export const SETTINGS: QueueSettings = {
  directory: undefined,
  format: 'protobuf',
  maxBytes: 512 * 1024 * 1024,
  maxMemoryBytes: 64 * 1024 * 1024,
  keptBytes: 0,
  maxRejectedBytes: 64 * 1024 * 1024,
  maxAge: 24 * 3600_000,
  minFreeDiskBytes: 0,
  overflow: 'drop-oldest',
  fsync: 'never',
  isSync: false,
}

/**
 * Leaves a journal as earlier versions wrote it, which could compress bodies.
 *
 * @param spoil replaces a compressed body
 */
export function leaveCompressed(
  directory: string,
  compression: 'gzip' | 'zstd',
  records: readonly Encoded[],
  spoil: (body: Buffer, index: number) => Buffer = (body) => body,
): void {
  const folder = join(directory, 'free.0123456789ab')
  const parts = [segmentHeader('protobuf')]
  let offset = parts.reduce((sum, part) => sum + part.length, 0)
  for (const [index, { body, spans }] of records.entries()) {
    const compressed = compression === 'gzip' ? zlib.gzipSync(body) : zlib.zstdCompressSync(body)
    const stored = spoil(compressed, index)
    const sizes = { bytes: body.length, storedBytes: stored.length, crc: zlib.crc32(stored) }
    const header = recordHeader(
      { format: 'protobuf', compression, spans, epoch: Date.now(), ...sizes },
      offset,
    )
    parts.push(header, stored)
    offset += header.length + stored.length
  }
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, '0000000001.seg'), Buffer.concat(parts))
}

/** An error as the file system makes it. */
export const failure = (code: string): Error => Object.assign(new Error(code), { code })

/** A record whose body begins with its name. */
export function record(name: string | number, { spans = 1, bytes = 40 } = {}): Encoded {
  return { body: Buffer.from(String(name).padEnd(bytes, '.')), spans }
}

/** One record at a time. */
export const ONE: LeaseLimits = { maxSpans: 1, maxBytes: 1 }
/** Everything. */
export const ALL: LeaseLimits = { maxSpans: 1e9, maxBytes: 1e9 }

/** The names of a lease's records. */
export const names = (lease: Lease | undefined): string[] =>
  lease?.bodies.map((body) => body.toString().replace(/\.*$/, '')) ?? []

/** Leases and acks everything, and returns the names of the records. */
export async function drain(queue: SpanQueue, limits: LeaseLimits = ALL): Promise<string[]> {
  const all: string[] = []
  for (let lease = await queue.lease(limits); lease !== undefined; lease = await queue.lease(limits)) {
    all.push(...names(lease))
    lease.ack()
  }
  return all
}

/** Numbers from 0, as names. */
export const upTo = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))

/** Resolves when no process has a file operation under way, and none follows. Throws if one never ends. */
export async function quiet(): Promise<void> {
  const { load } = TestProcess
  const started = performance.now()
  for (let turns = 0, idle = 0; idle < 10; turns++, idle = load.underWay === 0 ? idle + 1 : 0) {
    // Turns as well: a process that stood still has done nothing meanwhile.
    if (turns > 1000 && performance.now() - started > LONGEST_WAIT_MILLIS)
      throw new Error(`${load.underWay} operations of the file system never end`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Resolves when a check of what other processes or threads do passes. A machine that is busy takes its time. */
export const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: LONGEST_WAIT_MILLIS, interval: 5 })

/** Names of the folders in a directory that are journals. */
export const journals = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name !== 'rejected')

/** Paths of all segments of all journals in a directory. */
export const segments = (directory: string): string[] =>
  journals(directory)
    .flatMap((name) => readdirSync(join(directory, name)).map((file) => join(directory, name, file)))
    .filter((path) => path.endsWith('.seg'))
    .sort()
