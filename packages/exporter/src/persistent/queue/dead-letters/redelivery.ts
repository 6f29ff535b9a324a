import { dirname, join } from 'node:path'
import {
  findSegment,
  openRegular,
  type QueueContext,
  readAt,
  syncFolder,
  syncFolderNow,
} from '../../journal/index.ts'
import { UNFINISHED_LETTER_NAME } from '../../ownership/folder.ts'
import type { JournalQueue } from '../journal-queue.ts'
import type { DeadLetterFile, DeadLetterFolder } from './folder.ts'

/** How much of a file is copied at once. */
const COPIED_BYTES = 1024 * 1024

/** Moves files of dead letters into the journal, as segments: they are queued again. */
export class Redelivery {
  readonly #context: QueueContext
  readonly #folder: DeadLetterFolder
  readonly #journal: JournalQueue
  /** Whether files cannot be moved because the folder is on another file system. */
  #isElsewhere = false

  constructor(context: QueueContext, folder: DeadLetterFolder, journal: JournalQueue) {
    this.#context = context
    this.#folder = folder
    this.#journal = journal
  }

  /**
   * Moves all files for which there is room. The caller has to wait before it calls this again.
   *
   * @param hasRoom whether the queue may grow by so many bytes
   * @returns resolves to the number of spans
   */
  async redeliver(hasRoom: (bytes: number) => boolean): Promise<number> {
    let redelivered = 0
    for (const file of await this.#folder.list()) {
      if (!this.#journal.isOnDisk) break
      redelivered += await this.#redeliverFile(file, hasRoom)
    }
    const { settings, system } = this.#context
    const { path } = this.#journal
    if (redelivered > 0 && path !== undefined && settings.fsync !== 'never') await syncFolder(system, path)
    return redelivered
  }

  async #redeliverFile(file: DeadLetterFile, hasRoom: (bytes: number) => boolean): Promise<number> {
    const { accounting, system } = this.#context
    const journal = this.#journal
    const found = await findSegment(this.#context, { number: 0, path: file.path }, { isFresh: true })
    if (typeof found === 'string') return 0
    if (found.needsZstd && !system.hasZstd) return 0
    const { segment, scanned } = found
    const insert = (move: (path: string) => boolean) => hasRoom(segment.size) && journal.insert(move, segment)
    const isMoved = insert((path) => this.#move(file, path))
    if (!isMoved && !(this.#isElsewhere && (await this.#moveCopy(file, insert)))) return 0
    this.#folder.forget(file)
    accounting.counters.corrupt += scanned.corrupt
    // Its name says how many there were before it was damaged.
    const lost = Math.max(scanned.corruptSpans, file.spans - segment.spans)
    const spans = segment.spans + lost
    accounting.enterRedelivered(segment, lost)
    journal.reader.tidy()
    return spans
  }

  /** Moves a file, within the call. False when another process has it, or it cannot be moved. */
  #move(file: DeadLetterFile, path: string): boolean {
    try {
      this.#context.system.fs.renameSync(file.path, path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EXDEV') this.#isElsewhere = true
      return false
    }
  }

  /** Moves a file from another file system. False when another process has it, or it cannot be moved. */
  async #moveCopy(
    file: DeadLetterFile,
    insert: (move: (path: string) => boolean) => boolean,
  ): Promise<boolean> {
    const folder = this.#journal.path
    if (folder === undefined) return false
    const copy = join(folder, UNFINISHED_LETTER_NAME)
    if ((await this.#copy(file, copy)) && insert((path) => this.#replace(file, copy, path))) return true
    await this.#context.system.fs.promises.unlink(copy).catch(() => {})
    return false
  }

  /** Copies a file; false when it cannot be read or written. */
  async #copy(file: DeadLetterFile, path: string): Promise<boolean> {
    const { fs } = this.#context.system
    try {
      const { handle, size } = await openRegular(fs, file.path)
      try {
        const copy = await fs.promises.open(path, 'w', 0o600)
        try {
          for (let at = 0; at < size; at += COPIED_BYTES) {
            await copy.writeFile(await readAt(handle, at, Math.min(COPIED_BYTES, size - at)))
          }
          if (this.#context.settings.fsync !== 'never') await copy.datasync()
          return true
        } finally {
          await copy.close()
        }
      } finally {
        await handle.close()
      }
    } catch {
      return false
    }
  }

  /**
   * Puts the copy of a file into its place and deletes the file, within the call. False when another process has it: only
   * one can delete it. A kill in between leaves both.
   */
  #replace(file: DeadLetterFile, copy: string, path: string): boolean {
    const { system, settings } = this.#context
    const { fs } = system
    try {
      fs.renameSync(copy, path)
    } catch {
      return false
    }
    if (settings.fsync !== 'never') syncFolderNow(system, dirname(path))
    try {
      fs.unlinkSync(file.path)
      return true
    } catch {
      return !this.#isDeleted(path)
    }
  }

  /** Deletes a copy. One that stays is found by the next process, so it has to be in the queue. */
  #isDeleted(path: string): boolean {
    try {
      this.#context.system.fs.unlinkSync(path)
      return true
    } catch {
      return false
    }
  }
}
