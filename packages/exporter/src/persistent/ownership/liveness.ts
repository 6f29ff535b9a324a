import { join } from 'node:path'
import type { Identity, System } from '../journal/index.ts'
import { ALIVE_NAME } from './folder.ts'

/** An owner that cannot be asked counts as dead when `alive` has not changed for so long, by our own clock. */
const SILENCE_MILLIS = 60_000
/** Or when `alive` is so old by the clock that machine and owner share: not every process runs for a minute. */
const LONG_SILENCE_MILLIS = 300_000

/** Finds out whether the owners of folders are dead. It remembers what it saw, so it is asked again and again. */
export class Liveness {
  readonly #system: System
  /** The last sign of life of each folder, and when it was first seen. */
  readonly #seen = new Map<string, { sign: string; since: number }>()

  constructor(system: System) {
    this.#system = system
  }

  /** Whether the process that owns a folder is known or presumed dead. */
  async isDead(path: string, owner: Identity): Promise<boolean> {
    const { identity } = this.#system
    if (owner.host === identity.host && owner.namespace === identity.namespace) {
      const start = this.#system.startOf(owner.pid)
      if (start === undefined) return true
      // The process ID was given to another process.
      if (start !== '' && owner.start !== '' && start !== owner.start) return true
      // A worker thread may end before its process, and the system reports nothing about other worker threads.
      const isOurs = owner.pid === identity.pid && owner.thread === identity.thread
      if (start !== '' && owner.start !== '' && (isOurs || owner.thread === 0)) return false
    }
    return this.#isSilent(path, owner.host === identity.host)
  }

  /** Forgets all folders but these. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#seen.keys()) if (!paths.has(path)) this.#seen.delete(path)
  }

  async #isSilent(path: string, sharesClock: boolean): Promise<boolean> {
    const { promises } = this.#system.fs
    const touched = await promises.stat(join(path, ALIVE_NAME)).then(
      (stat) => stat.mtimeMs,
      () => undefined,
    )
    const age = touched === undefined ? 0 : this.#system.wall() - touched
    if (sharesClock && age >= LONG_SILENCE_MILLIS) return true
    const sign = String(touched)
    const seen = this.#seen.get(path)
    const now = this.#system.now()
    if (seen?.sign === sign) return now - seen.since >= SILENCE_MILLIS
    this.#seen.set(path, { sign, since: now })
    return false
  }
}
