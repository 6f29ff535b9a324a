/**
 * Which process owns which journal. Many processes may share a directory; each has folders of its own in it:
 *
 * ```
 * own.<host>.<namespace>.<pid>.<start>.<thread>.<random>   owned by a process, which touches the file `alive`
 * free.<random>                                            without an owner: the next process takes it over
 * zstd.<random>                                            the same, for a Node that can read zstd
 * rejected, unreadable                                     shared: dead letters, and files that cannot be read
 * ```
 * A takeover renames the folder, which succeeds for one process only. Only the owner reads, writes and deletes what
 * is in it: segments, held spans, the checkpoint (`cursor`) and `alive`. `liveness.ts` finds out which owners are dead,
 * `trust.ts` which folders must be left alone, and `takeover.ts` takes the others over; `taken-journal.ts` is one that was.
 * The queue calls this folder, which calls the journal.
 *
 * An owner that cannot be asked may be taken for dead while it lives: it is stopped, or busy for a minute. It loses
 * nothing, because it looks after each write whether its folder still has the name that it gave it:
 *
 * ```
 * owner writes, looks: there            the taker reads the file after renaming the folder, so it finds the record
 * owner writes, taker renames,          the taker finds the record or not; the owner writes it again, into a new folder,
 *   owner looks: gone                     before it confirms it
 * taker renames, [reads, deletes,]      the same
 *   owner writes, looks: gone
 * ```
 * A file is only ever deleted by its path, so an owner that has not noticed yet deletes nothing of the taker's. Its
 * checkpoint is still the taker's: it says what the owner has delivered, which is true for both. On a network, a write
 * may arrive later than it was confirmed. So the taker compares a file with what it was when it was read, before it
 * deletes it.
 */
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import {
  CHECKPOINT_NAME,
  heldNumberOf,
  type Identity,
  numberOf,
  type QueueContext,
  type System,
  segmentPath,
  syncFolder,
  UNFINISHED_HELD_NAME,
} from '../journal/index.ts'

/** The owner of a folder. */
export type Owner =
  | { readonly kind: 'process'; readonly identity: Identity }
  | { readonly kind: 'free' }
  | { readonly kind: 'zstd' }

/** A new name for a folder; no two are the same. */
function newFolderName(owner: Owner): string {
  const random = randomBytes(6).toString('hex')
  if (owner.kind !== 'process') return `${owner.kind}.${random}`
  const { host, namespace, pid, start, thread } = owner.identity
  return ['own', host, namespace, pid, start, thread, random].join('.')
}

/** The owner in a folder's name; undefined for everything that is not a folder of a journal. */
export function ownerOf(name: string): Owner | undefined {
  const free = /^(free|zstd)\.[0-9a-f]{12}$/.exec(name)
  if (free) return { kind: free[1] as 'free' | 'zstd' }
  const own = /^own\.([0-9a-f]+)\.(\d+)\.(\d+)\.(\d*)\.(\d+)\.[0-9a-f]{12}$/.exec(name)
  if (!own) return undefined
  const [, host = '', namespace = '', pid = '', start = '', thread = ''] = own
  return { kind: 'process', identity: { host, namespace, pid: Number(pid), start, thread: Number(thread) } }
}

/** The owner's sign of life: a file that is touched. */
export const ALIVE_NAME = 'alive'
/** A dead letter that is being copied from another file system, which keeps it until it is whole. */
export const UNFINISHED_LETTER_NAME = 'letter'
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ESTALE'])

/** Whether an error means that a path does not lead to our folder any more. */
export const isGone = (error: unknown): boolean =>
  GONE.has((error as NodeJS.ErrnoException | undefined)?.code ?? '')

/** A folder that belongs to this process. */
export class Folder {
  readonly path: string
  /** The folders that have a new folder since this one was made. */
  readonly changed: string[]
  readonly #system: System
  readonly #directory: string

  private constructor(system: System, directory: string) {
    this.#system = system
    this.#directory = directory
    this.changed = [directory]
    this.path = join(directory, newFolderName({ kind: 'process', identity: system.identity }))
  }

  /** Makes a new folder, and those above it. Throws the error of the system and leaves nothing behind then. */
  static create({ system, tasks }: QueueContext, directory: string): Folder {
    const folder = new Folder(system, directory)
    folder.changed.push(...makeFolders(system, directory))
    system.fs.mkdirSync(folder.path, { mode: 0o700 })
    try {
      system.fs.closeSync(system.fs.openSync(join(folder.path, ALIVE_NAME), 'w', 0o600))
    } catch (error) {
      tasks.add(folder.remove())
      throw error
    }
    return folder
  }

  /** Takes over a folder without a living owner. Rejects with ENOENT when another process was faster. */
  static async take(system: System, directory: string, name: string): Promise<Folder> {
    const folder = new Folder(system, directory)
    const { promises } = system.fs
    const path = join(directory, name)
    await promises.rename(path, folder.path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EXDEV') throw error
      await folder.#takeFiles(path)
    })
    // Kubernetes lets the group write whenever it mounts a volume.
    await promises.chmod(folder.path, 0o700).catch(() => {})
    await folder.touch()
    return folder
  }

  // A folder from a layer of a container's image cannot be renamed, but its files can. Only one process takes a file. Each
  // gets a copy of the checkpoint, which says what is acked.
  async #takeFiles(from: string): Promise<void> {
    const { promises } = this.#system.fs
    await promises.mkdir(this.path, { mode: 0o700 })
    await promises.copyFile(join(from, CHECKPOINT_NAME), join(this.path, CHECKPOINT_NAME)).catch(() => {})
    let taken = 0
    try {
      for (const name of (await promises.readdir(from)).filter(hasSpans)) {
        const isTaken = await promises.rename(join(from, name), join(this.path, name)).then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT') return false
            throw error
          },
        )
        if (isTaken) taken += 1
      }
      await removeEmptied(this.#system, from)
    } catch (error) {
      // What cannot be taken stays, and is tried again later.
      if (taken > 0) return
      await removeEmptied(this.#system, this.path)
      throw error
    }
  }

  /**
   * Whether the folder is still ours: no process has taken it over, and nobody deleted it. Throws the error of the system
   * when that cannot be found out.
   */
  get isOurs(): boolean {
    const { fs } = this.#system
    if (fs.existsSync(this.path)) return true
    try {
      fs.statSync(this.path)
      return true
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }

  /** The same, off the event loop. */
  async isStillOurs(): Promise<boolean> {
    try {
      await this.#system.fs.promises.stat(this.path)
      return true
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }

  /** Shows other processes that the owner is alive. Resolves to false when the folder is not there any more. */
  async touch(): Promise<boolean> {
    const time = new Date(this.#system.wall())
    const { promises } = this.#system.fs
    const alive = join(this.path, ALIVE_NAME)
    try {
      await promises.lutimes(alive, time, time).catch(() => promises.writeFile(alive, '', { mode: 0o600 }))
      return true
    } catch (error) {
      return !isGone(error)
    }
  }

  /**
   * Deletes the folder, all of whose records are acked. Files that are not ours stay. While a segment cannot be
   * deleted, the checkpoint stays, too: it shows that nothing is to be sent again. Never rejects.
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
    await removeEmptied(this.#system, this.path)
  }

  /** Forces its own name to the disk, then those of its files, which may have been moved here. Never rejects. */
  async sync(): Promise<void> {
    await syncFolder(this.#system, this.#directory)
    await syncFolder(this.#system, this.path)
  }

  /** Leaves the folder to the next process that finds it. Never rejects. */
  async free(kind: 'free' | 'zstd' = 'free'): Promise<void> {
    const path = join(this.#directory, newFolderName({ kind }))
    await this.#system.fs.promises.rename(this.path, path).catch(() => {})
  }

  /** Moves a file of this folder into a new one, and leaves that to the next process. False if it stays. */
  async freeFile(path: string, kind: 'free' | 'zstd'): Promise<boolean> {
    const { promises } = this.#system.fs
    // It belongs to this process until the file is in it.
    const folder = new Folder(this.#system, this.#directory)
    try {
      await promises.mkdir(folder.path, { mode: 0o700 })
      await promises.rename(path, segmentPath(folder.path, 1))
      await folder.sync()
    } catch {
      await promises.rmdir(folder.path).catch(() => {})
      return false
    }
    await folder.free(kind)
    return true
  }
}

/** Whether a file has spans, by its name. */
export const hasSpans = (name: string): boolean =>
  numberOf(name) !== undefined || heldNumberOf(name) !== undefined

/** Removes a folder that has no spans. Never rejects. */
async function removeEmptied({ fs: { promises } }: System, path: string): Promise<void> {
  const names = await promises.readdir(path).catch((): string[] => [])
  if (names.some(hasSpans)) return
  for (const name of [CHECKPOINT_NAME, ALIVE_NAME, UNFINISHED_LETTER_NAME, UNFINISHED_HELD_NAME]) {
    await promises.unlink(join(path, name)).catch(() => {})
  }
  await promises.rmdir(path).catch(() => {})
}

/** Makes a folder and those above it. Returns those in which one was made; throws the error of the system. */
// Node's option `recursive` never returns where a folder cannot be made in one that exists, such as /proc.
function makeFolders(system: System, path: string): string[] {
  const changed: string[] = []
  try {
    system.fs.mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'EISDIR') return []
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    changed.push(...makeFolders(system, dirname(path)))
    system.fs.mkdirSync(path, { mode: 0o700 })
  }
  return [...changed, dirname(path)]
}
