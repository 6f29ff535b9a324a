import { problems } from '../../problems.ts'
import {
  Checkpoint,
  findSegment,
  JournalReader,
  numberOf,
  type QueueContext,
  quarantine,
  readCheckpoint,
  restoreHeld,
  segmentPath,
  Tasks,
} from '../journal/index.ts'
import type { Folder } from './folder.ts'

/** A journal that another process left, which this one sends. */
export class TakenJournal {
  readonly reader: JournalReader
  readonly folder: Folder
  /** When its oldest record was queued, by the clock that is never set back. */
  oldest = 0
  readonly #context: QueueContext
  /** Files that are being deleted. */
  readonly #deleting = new Tasks()
  /** What each file was when it was read. */
  readonly #stamps = new Map<string, string>()
  /** The path of the file with the highest number. */
  #newest: string | undefined
  /** Whether the folder has records that are not in the queue. */
  #hasMore = false

  private constructor(context: QueueContext, folder: Folder, onEmptied: (journal: TakenJournal) => void) {
    this.#context = context
    this.folder = folder
    this.reader = new JournalReader(
      context,
      this.#deleting,
      (path) => this.#delete(path),
      () => onEmptied(this),
    )
  }

  /**
   * Reads what is in a folder that was taken over. Undefined if nothing can be sent: the folder is deleted, or left to
   * the next process. Never rejects.
   *
   * @param isUnwanted whether to stop, and leave the rest to the next process
   */
  static async open(
    context: QueueContext,
    folder: Folder,
    onEmptied: (journal: TakenJournal) => void,
    isUnwanted: () => boolean,
  ): Promise<TakenJournal | undefined> {
    const journal = new TakenJournal(context, folder, onEmptied)
    await journal.#read(isUnwanted).catch(() => {
      journal.#hasMore = true
    })
    // Its process may have been killed before it did.
    if (context.settings.fsync !== 'never') await folder.sync()
    const { segments } = journal.reader
    journal.oldest = Math.min(...segments.map(({ oldest }) => oldest))
    if (segments.length > 0) return journal
    await journal.end()
    return undefined
  }

  /** Shows other processes that the journal has a living owner. False when the folder is gone. */
  touch(): Promise<boolean> {
    return this.folder.touch()
  }

  /** Another process has the journal now, and sends what is left. */
  lose(): void {
    this.reader.useCheckpoint(undefined)
    for (const segment of [...this.reader.segments]) {
      segment.leaveFolder()
      // Those that are leased are dropped when their request fails.
      segment.lapse('taken-over')
      this.reader.drop(segment, 'taken-over')
    }
  }

  /** Nothing is left in the queue: deletes the folder, unless it has more. Never rejects. */
  async end(): Promise<void> {
    this.reader.useCheckpoint(undefined)
    await this.#deleting.idle()
    await (this.#hasMore ? this.folder.free() : this.folder.remove())
  }

  /** Leaves what is left to the next process. Never rejects. */
  async close(): Promise<void> {
    if (this.reader.segments.length === 0) return this.end()
    await this.#deleting.idle()
    this.reader.useCheckpoint(undefined)
    await this.#deleting.idle()
    await this.folder.free()
  }

  // The checkpoint covers all segments with lower numbers. So the first one that has to stay ends the reading.
  async #read(isUnwanted: () => boolean): Promise<void> {
    const { system } = this.#context
    const { path: folderPath } = this.folder
    const checkpoint = await readCheckpoint(system.fs, folderPath)
    const { position } = checkpoint
    if (!(await restoreHeld(this.#context, folderPath, position.number, isUnwanted))) this.#hasMore = true
    for (const number of await this.#segmentNumbers()) {
      const path = segmentPath(folderPath, number)
      this.#newest = path
      if (number < position.number) await system.fs.promises.unlink(path).catch(() => {})
      else if (
        isUnwanted() ||
        !(await this.#readSegment(number, path, number === position.number ? position.offset : 0, isUnwanted))
      ) {
        this.#hasMore = true
        break
      }
    }
    this.reader.useCheckpoint(Checkpoint.open(system.fs, folderPath, checkpoint))
  }

  /** Puts a segment into the queue. False when it has to stay: another process, or a later attempt, can read it. */
  async #readSegment(
    number: number,
    path: string,
    from: number,
    isUnwanted: () => boolean,
  ): Promise<boolean> {
    const { system, accounting } = this.#context
    const { counters } = accounting
    const stamp = await this.#stampOf(path)
    const found = await findSegment(this.#context, { number, path }, { from, isUnwanted })
    if (found === 'gone') return true
    if (found === 'unwanted') return false
    if (found === 'unreadable') {
      if (!(await quarantine(this.#context, path))) return false
      counters.corrupt += 1
      return true
    }
    if (found.needsZstd && !system.hasZstd) return this.#leaveForZstd(path)
    const { segment, scanned } = found
    if (stamp !== undefined) this.#stamps.set(path, stamp)
    counters.corrupt += scanned.corrupt
    counters.torn += scanned.isTorn ? 1 : 0
    accounting.enterTakenOver(segment, scanned.corruptSpans)
    if (segment.left === 0) await this.#delete(path)
    else {
      segment.enterFolder(number, path)
      this.reader.add(segment)
    }
    return true
  }

  /**
   * Deletes a file whose records are acked. The owner may still live and may have written to it since it was read. Then
   * the next process reads the rest: from the checkpoint on, if it is the newest file; else as a journal of its own.
   */
  async #delete(path: string): Promise<void> {
    const stamp = await this.#stampOf(path)
    if (stamp === undefined) return
    if (stamp === this.#stamps.get(path)) {
      await this.#context.system.fs.promises.unlink(path).catch(() => {
        // The checkpoint shows that nothing in it is left.
      })
    } else if (path === this.#newest || !(await this.folder.freeFile(path, 'free'))) this.#hasMore = true
  }

  /** What changes when something is written to a file; undefined when it is gone. */
  async #stampOf(path: string): Promise<string | undefined> {
    const stat = await this.#context.system.fs.promises.lstat(path).catch(() => undefined)
    return stat && `${stat.size} ${stat.mtimeMs}`
  }

  #leaveForZstd(path: string): Promise<boolean> {
    problems.report(
      'journal:zstd',
      () =>
        `the journal in ${this.#context.settings.directory} has records compressed with zstd, which Node ` +
        `${process.version} cannot read; they wait for a process with Node 22.15 or later`,
    )
    return this.folder.freeFile(path, 'zstd')
  }

  /** The numbers of the segments in the folder, in order. Rejects when it cannot be read. */
  async #segmentNumbers(): Promise<number[]> {
    const entries = await this.#context.system.fs.promises.readdir(this.folder.path, { withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const numbers = files.map((entry) => numberOf(entry.name)).filter((number) => number !== undefined)
    return numbers.sort((a, b) => a - b)
  }
}
