import { createHash, randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'
import * as zlib from 'node:zlib'
import { now } from '@otel-sessions/semconv/internal'
import type { BodyFormat } from '../encoder/codec.ts'
import type { Fsync, Overflow } from '../options.ts'
import type { Accounting } from './accounting.ts'

/** What all parts of a queue share. */
export interface QueueContext {
  /** Its files are those of `disk`. */
  readonly system: System
  readonly settings: QueueSettings
  readonly accounting: Accounting
  readonly tasks: Tasks
  readonly disk: DiskWatch
  /** How many leases may be open, or acked behind an open one. A crash repeats at most so many requests. */
  readonly window: number
}

/** Whether the disk answers: that of a network may not, for hours. */
export interface DiskWatch {
  /** Called when a call of the file system begins to count as hanging. */
  onHanging: () => void
  /** Whether a call has been under way for too long. */
  readonly isHanging: boolean
  /** Resolves with some work, or earlier when the disk hangs. */
  unlessHanging(work: Promise<unknown>): Promise<void>
}

/** The options of a queue, checked and complete. */
export interface QueueSettings {
  /** The directory of the journals; undefined keeps everything in memory. */
  readonly directory: string | undefined
  /** The format of new records. Journals that are taken over may have another. */
  readonly format: BodyFormat
  /** The most bytes in the files of this process's queue. */
  readonly maxBytes: number
  /** The most bytes in records that no file has: without a directory, or while the disk cannot be written. */
  readonly maxMemoryBytes: number
  /** The most bytes of sealed segments that stay in memory, so that they need not be read again. */
  readonly keptBytes: number
  /** The most bytes of dead letters. */
  readonly maxRejectedBytes: number
  /** In milliseconds. Older records are dropped after an attempt to send them has failed. */
  readonly maxAge: number
  /** In bytes. The disk counts as full when less is free. */
  readonly minFreeDiskBytes: number
  readonly overflow: Overflow
  readonly fsync: Fsync
  /** Whether `offer` writes the record before it returns. */
  readonly isSync: boolean
}

/** The functions of `node:fs` that the queue calls. */
export type Files = Pick<
  typeof fs,
  | 'promises'
  | 'existsSync'
  | 'mkdirSync'
  | 'statSync'
  | 'open'
  | 'openSync'
  | 'closeSync'
  | 'write'
  | 'writeSync'
  | 'writev'
  | 'renameSync'
  | 'unlinkSync'
  | 'fsyncSync'
  | 'writevSync'
  | 'fdatasync'
  | 'fdatasyncSync'
  | 'close'
>

/** Identifies a process to the other processes that use the directory. All parts are letters and digits. */
export interface Identity {
  /**
   * The boot of the machine, the host name where the system has no boot ID, or a random one where neither is known.
   * Process IDs and start times can only be compared within one host, and clocks of two hosts may differ. Containers of
   * one machine have the same host.
   */
  readonly host: string
  /** The namespace of the process ID (containers differ); '0' where there is none. */
  readonly namespace: string
  readonly pid: number
  /** '' where the system does not report it. */
  readonly start: string
  /** 0 is the main thread. A worker thread may end before its process. */
  readonly thread: number
}

/** What the queue needs of the machine. One object, so that tests can replace it by another machine or a broken one. */
export interface System {
  readonly fs: Files
  /** Milliseconds of a clock that is never set back. */
  now(): number
  /** Milliseconds since 1970, by a clock that can be set. */
  wall(): number
  /** Calls back again and again, until the returned function is called. Does not keep the process alive. */
  every(millis: number, callback: () => void): () => void
  /** Resolves after some time. Does not keep the process alive. */
  pause(millis: number): Promise<void>
  readonly identity: Identity
  /** Whether this Node can read zstd. */
  readonly hasZstd: boolean
  /** When a process of this machine started, as text; '' where that is unknown, undefined without such a process. */
  startOf(pid: number): string | undefined
}

/** The real machine. */
export const machine = (): System => ({
  fs,
  now,
  wall: () => Date.now(),
  every(millis, callback) {
    const timer = setInterval(callback, millis)
    timer.unref()
    return () => clearInterval(timer)
  },
  pause: (millis) => new Promise((resolve) => setTimeout(resolve, millis).unref()),
  identity: identify(),
  hasZstd: typeof zlib.zstdDecompress === 'function',
  startOf,
})

/** Of a process that cannot find out on which machine it runs: no other process has the same, so none is asked for it. */
const UNKNOWN_HOST = randomBytes(6).toString('hex')

function identify(): Identity {
  const boot = attempt(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = attempt(() => fs.readlinkSync('/proc/self/ns/pid').replace(/\D/g, ''))
  // On Linux, only both together tell which process IDs can be compared: containers may share a host name. Deno needs
  // permissions for all of them.
  const name = process.platform === 'linux' ? namespace && boot : attempt(hostname)
  const host = name ? createHash('sha256').update(name).digest('hex').slice(0, 12) : UNKNOWN_HOST
  return {
    host,
    namespace: namespace || '0',
    pid: process.pid,
    start: startOf(process.pid) ?? '',
    thread: threadId,
  }
}

function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: the process lives and belongs to another user. Deno may forbid to ask.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  // The program's name is in brackets, and may itself contain brackets and spaces.
  const stat = attempt(() => fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  // It has ended, and its parent has not asked for the result: under a first process that is no init, it never does.
  // The other threads of a process may outlive the first one.
  if (/^[ZXx]$/.test(fields[0] ?? '') && Number(fields[17]) <= 1) return undefined
  return fields[19] ?? ''
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Work in the background, which only `close` waits for. */
export class Tasks {
  readonly #running = new Set<Promise<void>>()

  /** Adds work whose failure needs no handling. */
  add(work: Promise<unknown>): void {
    const done: Promise<void> = work.then(
      () => {},
      () => {},
    )
    this.#running.add(done)
    void done.then(() => this.#running.delete(done))
  }

  /** Resolves when nothing is running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
