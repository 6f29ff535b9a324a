import { dirname, join } from 'node:path'
import { Checkpoint } from '../journal/checkpoint.ts'
import type { QueueContext } from '../journal/context.ts'
import type { System } from '../journal/system.ts'
import { nameOf, type Owner } from './owner.ts'

/** The path does not lead to our folder any more. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ESTALE'])

/** What a folder of the journal contains, beside segments. */
const ALIVE = 'alive'

/** The name of a segment's file. */
export const segmentName = (number: number): string => `${String(number).padStart(10, '0')}.seg`

/** The number in the name of a segment's file; undefined for any other file. */
export function numberOf(name: string): number | undefined {
  const match = /^(\d{10,15})\.seg$/.exec(name)
  const number = Number(match?.[1])
  return match && segmentName(number) === name ? number : undefined
}

/** The name of a new folder of this process. */
export const ownName = (system: System): string => nameOf({ kind: 'process', identity: system.identity })

/** A folder of the journal that belongs to this process. */
export class Folder {
  readonly path: string
  readonly #system: System
  readonly #directory: string

  constructor(system: System, directory: string, name: string) {
    this.#system = system
    this.#directory = directory
    this.path = join(directory, name)
  }

  /** A new folder, with a cursor. Throws what the file system throws; nothing is left behind then. */
  static create({ system, tasks }: QueueContext, directory: string): { folder: Folder; cursor: Checkpoint } {
    const folder = new Folder(system, directory, ownName(system))
    makeFolder(system, directory)
    system.fs.mkdirSync(folder.path, { mode: 0o700 })
    try {
      system.fs.closeSync(system.fs.openSync(join(folder.path, ALIVE), 'w', 0o600))
      return { folder, cursor: Checkpoint.create(system.fs, folder.path) }
    } catch (error) {
      tasks.add(folder.remove())
      throw error
    }
  }

  segmentPath(number: number): string {
    return join(this.path, segmentName(number))
  }

  /** Tells other processes that the owner is alive. Resolves to false when the folder is not there any more. */
  async touch(): Promise<boolean> {
    const time = new Date(this.#system.wall())
    const { promises } = this.#system.fs
    const alive = join(this.path, ALIVE)
    try {
      await promises.utimes(alive, time, time).catch(() => promises.writeFile(alive, '', { mode: 0o600 }))
      return true
    } catch (error) {
      return !GONE.has((error as NodeJS.ErrnoException).code ?? '')
    }
  }

  /**
   * Deletes the folder, all of whose records are settled; what is in it beside our own files stays. As long as a
   * segment cannot be deleted, the cursor has to stay, too: it says that nothing is to be sent again. Never rejects.
   */
  async remove(): Promise<void> {
    const { promises } = this.#system.fs
    try {
      for (const name of await promises.readdir(this.path)) {
        if (numberOf(name) !== undefined) await promises.unlink(join(this.path, name))
      }
    } catch {
      await this.free()
      return
    }
    for (const name of ['cursor', ALIVE]) await promises.unlink(join(this.path, name)).catch(() => {})
    await promises.rmdir(this.path).catch(() => {})
  }

  /** Leaves the folder to others. Never rejects. */
  async free(kind: Exclude<Owner['kind'], 'process'> = 'free'): Promise<void> {
    const path = join(this.#directory, nameOf({ kind }))
    await this.#system.fs.promises.rename(this.path, path).catch(() => {})
  }
}

/** Makes a folder in one that is there, if it is not there yet. Rejects with what the file system says. */
export async function makeInside({ fs }: System, path: string): Promise<void> {
  await fs.promises.mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** Makes sure that the names of new files survive a power loss, too; not every system can. Never rejects. */
export async function syncFolder(system: System, path: string): Promise<void> {
  try {
    const folder = await system.fs.promises.open(path, 'r')
    await folder.sync().finally(() => folder.close())
  } catch {
    // On Windows, a folder cannot be opened.
  }
}

/** Makes a folder, and those above it. Node's own way of doing so never ends where a folder cannot be made in one that is there. */
function makeFolder(system: System, path: string): void {
  try {
    system.fs.mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'EISDIR') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolder(system, dirname(path))
    system.fs.mkdirSync(path, { mode: 0o700 })
  }
}
