import {
  heldPath,
  type QueueContext,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  type SegmentFile,
} from '../../journal/index.ts'
import { HeldFile, type HeldRecord } from './records.ts'

/** A file takes about so many bytes, and a smaller part of a small journal. */
const FILE_BYTES = 1024 * 1024
const FILES = 16
/** With the bytes of more files than this, more than half of which are not needed, the oldest files are given up. */
const MAX_STALE_FILES = 4

/** What the files need of the journal that they belong to. */
export interface HeldFilesHost {
  /** Whether the disk takes what is written. */
  readonly isOnDisk: boolean
  /** Of the journal's folder; undefined where there is none. */
  readonly path: string | undefined
  /** A file with the header of a segment, which its first write creates. */
  createFile(path: string): SegmentFile
}

/** What the files report. */
export interface HeldFilesEvents {
  onWritten(record: HeldRecord): void
  /** The spans of this file have to be written again: too little of it is needed. */
  onGivenUp(file: HeldFile): void
  /** This file takes no more records, and is not among the files any more. */
  onRemoved(file: HeldFile): void
}

/** The files of the log, oldest first. They are deleted in this order, since a file also releases records of older ones. */
export class HeldFiles {
  readonly #context: QueueContext
  readonly #host: HeldFilesHost
  readonly #events: HeldFilesEvents
  readonly #fileBytes: number
  #files: HeldFile[] = []
  #nextNumber = 1
  #bytes = 0
  /** Files that nobody needs, and that are still there. */
  #unneeded: string[] = []
  #isDeleting = false

  constructor(context: QueueContext, host: HeldFilesHost, events: HeldFilesEvents) {
    this.#context = context
    this.#host = host
    this.#events = events
    this.#fileBytes = Math.min(FILE_BYTES, context.settings.maxBytes / FILES)
  }

  get all(): readonly HeldFile[] {
    return this.#files
  }

  has(file: HeldFile | undefined): boolean {
    return file !== undefined && this.#files.includes(file)
  }

  /** Returns the file that takes a record of this size; undefined when the disk cannot be written, or has no room. */
  fileFor(length: number): HeldFile | undefined {
    const { accounting, settings } = this.#context
    const bytes = RECORD_HEADER_BYTES + length
    const last = this.#files.at(-1)
    const { path } = this.#host
    const more = SEGMENT_HEADER_BYTES + bytes
    // What is queued is worth more than copies of what is not.
    const isFull =
      accounting.diskBytes + more > settings.maxBytes || this.#bytes + more > settings.maxBytes / 2
    if (!this.#host.isOnDisk || path === undefined || isFull) return undefined
    const isLast = last !== undefined && last.size + bytes <= this.#fileBytes && !last.isGivenUp
    const file = isLast ? last : this.#create(path)
    this.#grow(bytes)
    return file
  }

  #create(folder: string): HeldFile {
    const number = this.#nextNumber++
    const place = { number, path: heldPath(folder, number) }
    const file = new HeldFile(this.#context, place, this.#host.createFile(place.path), (record) =>
      this.#events.onWritten(record),
    )
    this.#files.push(file)
    this.#grow(file.size)
    this.#giveUpOldest(file)
    return file
  }

  /** Writes the spans of the oldest files again where much is not needed: a few that wait long would keep all files. */
  #giveUpOldest(newest: HeldFile): void {
    const needed = this.#files.reduce((sum, { neededBytes }) => sum + neededBytes, 0)
    let bytes = this.#files.reduce((sum, { isGivenUp, size }) => sum + (isGivenUp ? 0 : size), 0)
    for (const file of this.#files) {
      if (bytes <= MAX_STALE_FILES * this.#fileBytes || bytes <= 2 * needed) return
      if (file.isGivenUp || file === newest) continue
      file.isGivenUp = true
      bytes -= file.size
      this.#events.onGivenUp(file)
    }
  }

  /**
   * Deletes the oldest files, as far as nobody needs them, off the event loop.
   *
   * @param isIdle whether to delete the file that takes the next records, too
   */
  delete(isIdle: boolean): void {
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      if (file.needed > 0 || file.unwritten > 0 || (this.#files.length === 1 && !isIdle)) break
      this.#files.shift()
      this.#remove(file)
      this.#unneeded.push(file.path)
    }
    if (this.#unneeded.length > 0 && !this.#isDeleting) this.#context.tasks.add(this.#deleteUnneeded())
  }

  async #deleteUnneeded(): Promise<void> {
    this.#isDeleting = true
    for (let path = this.#unneeded[0]; path !== undefined; path = this.#unneeded[0]) {
      await this.#context.system.fs.promises.unlink(path).catch(() => {})
      this.#unneeded = this.#unneeded.filter((one) => one !== path)
    }
    this.#isDeleting = false
  }

  /** Deletes within the call what nobody needs: the process is about to end. */
  deleteNow(): void {
    this.delete(true)
    for (const path of this.#unneeded) {
      try {
        this.#context.system.fs.unlinkSync(path)
      } catch {
        // A thread has deleted it, or another process has the folder.
      }
    }
    this.#unneeded = []
  }

  /** The folder belongs to another process now, or is gone. */
  lose(): void {
    const files = this.#files
    this.#files = []
    this.#unneeded = []
    for (const file of files) this.#remove(file)
  }

  #remove(file: HeldFile): void {
    this.#grow(-file.size)
    this.#events.onRemoved(file)
  }

  #grow(bytes: number): void {
    this.#bytes += bytes
    this.#context.accounting.changeDisk(bytes)
  }
}
