import { join } from 'node:path'
import type { System } from '../journal/system.ts'
import type { Identity } from './identity.ts'

/** An owner that cannot be asked is dead when it has shown no sign of life for this long. */
const SILENCE_MILLIS = 60_000
/** Or, on this machine, whose clock is the same, when its last sign is so old: not every process lives for a minute. */
const LONG_SILENCE_MILLIS = 300_000

/** Finds out whether the owners of folders are alive. Remembers what it saw, so it has to be asked again and again. */
export class Liveness {
  readonly #system: System
  /** The last sign of life of each folder, and when it was first seen. */
  readonly #seen = new Map<string, { sign: string; since: number }>()

  constructor(system: System) {
    this.#system = system
  }

  /** Whether the process that owns a folder is dead for certain, or for all that can be seen. */
  async isDead(path: string, owner: Identity): Promise<boolean> {
    const { identity } = this.#system
    if (owner.host === identity.host && owner.namespace === identity.namespace) {
      const start = this.#system.startOf(owner.pid)
      if (start === undefined) return true
      // The process ID may have been given to another process.
      if (start !== '' && owner.start !== '' && start !== owner.start) return true
      // A worker thread may have ended while its process lives, and nobody can be asked about another one.
      const isOurs = owner.pid === identity.pid && owner.thread === identity.thread
      if (start !== '' && owner.start !== '' && (isOurs || owner.thread === 0)) return false
    }
    return this.#isSilent(path, owner.host === identity.host)
  }

  /** Forgets folders that are not there any more. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#seen.keys()) if (!paths.has(path)) this.#seen.delete(path)
  }

  async #isSilent(path: string, hasOurClock: boolean): Promise<boolean> {
    const { promises } = this.#system.fs
    const touched = await promises.stat(join(path, 'alive')).then(
      (stat) => stat.mtimeMs,
      () => undefined,
    )
    const age = touched === undefined ? 0 : this.#system.wall() - touched
    if (hasOurClock && age >= LONG_SILENCE_MILLIS) return true
    const sign = String(touched)
    const seen = this.#seen.get(path)
    const now = this.#system.now()
    if (seen?.sign === sign) return now - seen.since >= SILENCE_MILLIS
    this.#seen.set(path, { sign, since: now })
    return false
  }
}
