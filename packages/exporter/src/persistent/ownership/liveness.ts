import { join } from 'node:path'
import { CHECKPOINT_NAME, heldNumberOf, type Identity, numberOf, type System } from '../journal/index.ts'
import { ALIVE_NAME } from './folder.ts'

/** An owner that cannot be asked counts as dead without a sign of life for so long, by our own clock. */
const SILENCE_MILLIS = 60_000
/** Or when the last one is so old by the clock that machine and owner share: not every process runs for a minute. */
const LONG_SILENCE_MILLIS = 300_000
/** That clock may have been set. A living owner then shows itself within this time, so a process that has it waits. */
const CLOCK_SET_MILLIS = 20_000

/** Finds out whether the owners of folders are dead. It remembers what it saw, so it is asked again and again. */
export class Liveness {
  readonly #system: System
  /** The last sign of life of each folder, and when it was first seen. */
  readonly #seen = new Map<string, { sign: string; since: number }>()
  #isFirstLook = true

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

  /** All folders were looked at. Forgets all but these. */
  endLook(paths: ReadonlySet<string>): void {
    this.#isFirstLook = false
    for (const path of this.#seen.keys()) if (!paths.has(path)) this.#seen.delete(path)
  }

  async #isSilent(path: string, sharesClock: boolean): Promise<boolean> {
    const { sign, latest } = await this.#signOf(path)
    const now = this.#system.now()
    const before = this.#seen.get(path)
    const seen = before?.sign === sign ? before : { sign, since: now }
    this.#seen.set(path, seen)
    const millis = now - seen.since
    if (millis >= SILENCE_MILLIS) return true
    const isOld = sharesClock && latest !== undefined && this.#system.wall() - latest >= LONG_SILENCE_MILLIS
    return isOld && (this.#isFirstLook || millis >= CLOCK_SET_MILLIS)
  }

  /**
   * What changes while the owner lives: `alive`, which it touches; the checkpoint, and its newest files. A process in a
   * long synchronous job touches nothing, but it may write.
   */
  async #signOf(path: string): Promise<{ sign: string; latest: number | undefined }> {
    const { promises } = this.#system.fs
    // What is not a folder is left alone later; a link could lead to a very large one.
    const isFolder = (await promises.lstat(path).catch(() => undefined))?.isDirectory()
    const names = isFolder ? await promises.readdir(path).catch((): string[] => []) : []
    const newest = [numberOf, heldNumberOf].map((number) =>
      names
        .filter((name) => number(name) !== undefined)
        .sort()
        .at(-1),
    )
    const watched = isFolder
      ? [ALIVE_NAME, CHECKPOINT_NAME, ...newest.filter((name) => name !== undefined)]
      : []
    let sign = ''
    let latest: number | undefined
    for (const name of watched) {
      const stat = await promises.lstat(join(path, name)).catch(() => undefined)
      sign += `${name} ${stat?.size} ${stat?.mtimeMs} `
      if (stat !== undefined) latest = Math.max(stat.mtimeMs, latest ?? 0)
    }
    return { sign, latest }
  }
}
