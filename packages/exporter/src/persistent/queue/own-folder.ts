import { dirname } from 'node:path'
import {
  Checkpoint,
  NewNames,
  type QueueContext,
  SegmentFile,
  segmentHeader,
  segmentPath,
} from '../journal/index.ts'
import { Folder, isGone } from '../ownership/folder.ts'

/** A folder that vanishes so often within a time is not made again at once: each time, what is in it may arrive twice. */
const MOST_LOSSES = 4
const LOSSES_MILLIS = 30_000

/** The folder that this process writes to. There is none while the disk cannot be written, or after it was lost. */
export class OwnFolder {
  readonly #context: QueueContext
  readonly #directory: string
  #folder: Folder | undefined
  /** Those of the folder itself, and of what was made with it. */
  #names: NewNames | undefined
  #nextNumber = 1
  /** When folders were lost. */
  #losses: number[] = []

  constructor(context: QueueContext, directory: string) {
    this.#context = context
    this.#directory = directory
  }

  /** Undefined where there is none. */
  get path(): string | undefined {
    return this.#folder?.path
  }

  /** Whether the folder is there and no other process has it. Throws the error of the system. */
  get isOurs(): boolean {
    return this.#folder?.isOurs === true
  }

  /** The same, off the event loop. */
  async isStillOurs(): Promise<boolean> {
    return (await this.#folder?.isStillOurs()) === true
  }

  /** Makes a folder, and returns its checkpoint. Throws the error of the system. */
  open(): Checkpoint {
    for (;;) {
      try {
        return this.#make()
      } catch (error) {
        // It was taken before it was complete.
        if (!isGone(error) || !this.lose()) throw error
      }
    }
  }

  #make(): Checkpoint {
    const { system, tasks } = this.#context
    const folder = Folder.create(this.#context, this.#directory)
    try {
      const checkpoint = Checkpoint.create(system.fs, folder.path)
      this.#folder = folder
      this.#names = new NewNames(system, folder.changed)
      return checkpoint
    } catch (error) {
      tasks.add(folder.remove())
      throw error
    }
  }

  /** Forgets the folder: it was deleted, or another process owns it. False if folders vanish again and again. */
  lose(): boolean {
    const now = this.#context.system.now()
    this.#folder = undefined
    this.#losses = [...this.#losses.filter((at) => at > now - LOSSES_MILLIS), now]
    return this.#losses.length < MOST_LOSSES
  }

  /** Shows other processes that the owner is alive. False when the folder has just been found to be gone. */
  async touch(): Promise<boolean> {
    const folder = this.#folder
    return folder === undefined || (await folder.touch()) || folder !== this.#folder
  }

  /** Whether a file could not be created because the folder is not ours any more. */
  explains(error: unknown): boolean {
    try {
      return isGone(error) && this.#folder?.isOurs === false
    } catch {
      return false
    }
  }

  /** The path of the next segment; undefined where there is no folder. */
  nextSegment(): { number: number; path: string } | undefined {
    const path = this.path
    if (path === undefined) return undefined
    const number = this.#nextNumber++
    return { number, path: segmentPath(path, number) }
  }

  /** A file with the header of a segment, which its first write creates. */
  newFile(path: string): SegmentFile {
    const { system, settings } = this.#context
    const names = new NewNames(system, [dirname(path)], this.#names)
    return new SegmentFile(system.fs, path, segmentHeader(settings.format), names)
  }

  /** Forces its name to the disk, as far as the option `fsync` wants it. Never rejects. */
  async syncName(): Promise<void> {
    if (this.#context.settings.fsync !== 'never') await this.#names?.sync().catch(() => {})
  }

  /** Whether the disk has as much free space as the option requires. True where the disk does not report it. */
  async hasSpace(): Promise<boolean> {
    const { system, settings } = this.#context
    if (settings.minFreeDiskBytes <= 0) return true
    const found = await system.fs.promises.statfs(this.#directory).catch(() => undefined)
    return found === undefined || found.bavail * found.bsize >= settings.minFreeDiskBytes
  }

  /** Deletes the folder, or leaves what is in it to the next process. Never rejects. */
  async end(hasSpans: boolean): Promise<void> {
    await (hasSpans ? this.#folder?.free() : this.#folder?.remove())
  }
}
