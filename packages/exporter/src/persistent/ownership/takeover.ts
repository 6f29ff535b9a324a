import { join } from 'node:path'
import type { QueueContext } from '../journal/context.ts'
import { Liveness } from './liveness.ts'
import { ownerOf } from './owner.ts'
import { type TakenJournal, takeOver } from './taken-journal.ts'

const OTHERS_MAY_WRITE = 0o022

/** Looks for journals of dead processes, now and then, and takes them. */
export class Takeover {
  /** The oldest first. */
  readonly adopted: TakenJournal[] = []
  /** Called when one was taken: there is something to be sent. */
  onFound = () => {}
  readonly #shared: QueueContext
  readonly #directory: string
  readonly #liveness: Liveness
  readonly #isOurs: (path: string) => boolean
  #sweeping: Promise<void> | undefined
  #isClosed = false

  /** @param isOurs whether a folder is this store's own */
  constructor(shared: QueueContext, directory: string, isOurs: (path: string) => boolean) {
    this.#shared = shared
    this.#directory = directory
    this.#liveness = new Liveness(shared.system)
    this.#isOurs = isOurs
  }

  /** Resolves when all that can be taken now has been taken. Never rejects. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep()
      .catch(() => {})
      .finally(() => {
        this.#sweeping = undefined
      })
    return this.#sweeping
  }

  /** Gives up folders that have nothing left. */
  tidy(): void {
    for (const one of [...this.adopted]) {
      if (one.reader.segments.length > 0) continue
      this.adopted.splice(this.adopted.indexOf(one), 1)
      one.reader.cursor?.close()
      this.#shared.tasks.add(one.deleting.idle().then(() => one.folder.remove()))
    }
  }

  /** Whether a folder was taken by this store. */
  owns(path: string): boolean {
    return this.adopted.some((one) => one.folder.path === path)
  }

  /** Tells others that the folders that were taken have a living owner. */
  async touch(): Promise<void> {
    for (const { folder } of [...this.adopted]) await folder.touch()
  }

  /** Deletes what this Node could not read. Never rejects. */
  async discard(): Promise<void> {
    const { promises } = this.#shared.system.fs
    for (const name of await promises.readdir(this.#directory).catch(() => [])) {
      if (ownerOf(name)?.kind !== 'zstd') continue
      await promises.rm(join(this.#directory, name), { recursive: true, force: true }).catch(() => {})
    }
  }

  /** Leaves the rest to others. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#sweeping
    for (const { folder, reader, deleting } of this.adopted) {
      await deleting.idle()
      reader.cursor?.close()
      await folder.free()
    }
  }

  async #sweep(): Promise<void> {
    const names = await this.#shared.system.fs.promises.readdir(this.#directory)
    this.#liveness.keep(new Set(names.map((name) => join(this.#directory, name))))
    for (const name of names) {
      if (this.#isClosed) return
      if (!(await this.#isFree(name))) continue
      const found = await takeOver(this.#shared, this.#directory, name)
      if (found === undefined) continue
      this.adopted.push(found)
      this.adopted.sort((a, b) => a.oldest - b.oldest)
      this.onFound()
    }
  }

  async #isFree(name: string): Promise<boolean> {
    const owner = ownerOf(name)
    const path = join(this.#directory, name)
    if (owner === undefined || this.#isOurs(path) || !(await this.#isTrusted(path))) return false
    if (owner.kind === 'process') return this.#liveness.isDead(path, owner.identity)
    return owner.kind === 'free' || this.#shared.system.hasZstd
  }

  /** Whether nobody else can have put anything into a folder: in a directory for all, a link in it could lead anywhere. */
  async #isTrusted(path: string): Promise<boolean> {
    const stat = await this.#shared.system.fs.promises.lstat(path).catch(() => undefined)
    if (!stat?.isDirectory()) return false
    const { geteuid } = process
    return geteuid === undefined || (stat.uid === geteuid() && (stat.mode & OTHERS_MAY_WRITE) === 0)
  }
}
