import * as fs from 'node:fs'
import * as zlib from 'node:zlib'
import { now } from '../../deadline.ts'
import { type Identity, identify, startOf } from '../ownership/identity.ts'

/** The functions of `node:fs` that the store calls. */
export type Files = Pick<
  typeof fs,
  | 'promises'
  | 'mkdirSync'
  | 'openSync'
  | 'closeSync'
  | 'writeSync'
  | 'writev'
  | 'renameSync'
  | 'writevSync'
  | 'fdatasync'
  | 'fdatasyncSync'
  | 'close'
>

/** What the store asks of the machine: one object, so that a test can be another machine, or a broken one. */
export interface System {
  readonly fs: Files
  /** Milliseconds by a clock that is never set back. */
  now(): number
  /** Milliseconds since 1970, by a clock that people and daemons set. */
  wall(): number
  /** Calls back again and again without keeping the process alive, until what it returns is called. */
  every(millis: number, callback: () => void): () => void
  /** Resolves after a while; does not keep the process alive. */
  pause(millis: number): Promise<void>
  readonly identity: Identity
  /** Whether this Node can read and write zstd. */
  readonly hasZstd: boolean
  /** When a process of this machine started, as text; '' where that cannot be known, undefined without such a process. */
  startOf(pid: number): string | undefined
}

/** The machine itself. */
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
  hasZstd: typeof zlib.zstdCompress === 'function',
  startOf,
})
