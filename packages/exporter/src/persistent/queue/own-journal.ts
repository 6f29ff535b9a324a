import { dirname } from 'node:path'
import type { QueueContext } from '../journal/context.ts'
import { deleteSegment } from '../journal/delete-segment.ts'
import { RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES } from '../journal/format.ts'
import { JournalReader } from '../journal/journal-reader.ts'
import { openSegment } from '../journal/open-segment.ts'
import type { NewEntry, Segment } from '../journal/segment.ts'
import { Syncer } from '../journal/syncer.ts'
import { Writer } from '../journal/writer.ts'
import { Folder, syncFolder } from '../ownership/folder.ts'
import { lowSpace, sayTrouble } from './disk-trouble.ts'
import { hasSpace } from './free-space.ts'
import { mayKeep, unwrittenOf } from './in-memory.ts'
import type { MemoryQueue } from './memory-queue.ts'
import { rescueSome, toMemory, unpersisted } from './rescue.ts'

/** A disk that could not be written is not tried again before. */
const RETRY_MILLIS = 30_000

/** The journal of this process: its folder, the segment that is being written, and whether the disk takes it. */
export class OwnJournal {
  readonly reader: JournalReader
  isOnDisk = false
  folder: Folder | undefined
  readonly #shared: QueueContext
  readonly #directory: string
  readonly #memory: MemoryQueue
  readonly #syncer: Syncer
  readonly #writer: Writer
  readonly #segmentBytes: number
  #active: Segment | undefined
  #nextNumber = 1
  #retryAt = 0
  #recovering: Promise<void> | undefined

  constructor(shared: QueueContext, directory: string, memory: MemoryQueue) {
    const { system, settings, accounting: ledger, tasks } = shared
    this.#shared = shared
    this.#directory = directory
    this.#memory = memory
    this.#segmentBytes = Math.min(Math.max(settings.maxBytes / 8, 64 * 1024), 4 * 1024 * 1024)
    this.reader = new JournalReader(ledger, (segment) => deleteSegment(shared, segment, tasks))
    this.#syncer = new Syncer(system, settings.fsync, tasks, (error) => this.fail(error))
    this.#writer = new Writer(system, settings, this.#syncer, {
      onWritten: (segment) => this.#onWritten(segment),
      onSaved: (segment, bytes) => {
        if (segment.isGone) return
        segment.size -= bytes
        ledger.diskBytes -= bytes
      },
      onFailed: (entries, error) => {
        toMemory(shared, this.reader, memory, entries)
        this.fail(error)
        for (const segment of new Set(entries.map((entry) => entry.segment))) this.#onWritten(segment)
      },
    })
    this.#openFolder()
    tasks.add(this.#checkSpace())
  }

  /** Appends a record that is counted as queued already. False when the disk cannot be written. */
  append(record: NewEntry): boolean {
    if (!this.isOnDisk) {
      this.retry()
      return false
    }
    const bytes = RECORD_HEADER_BYTES + record.storedBytes
    if (this.#active && this.#active.size + bytes > this.#segmentBytes) this.seal()
    const segment = this.#active ?? this.#open()
    if (segment === undefined) return false
    this.#grow(segment, bytes)
    this.#writer.add(segment.add(record))
    return true
  }

  /** Spans that are queued and that no file has yet. */
  get unwritten(): number {
    return unwrittenOf(this.reader)
  }

  /** Nothing more is appended to the segment that is being written. */
  seal(): void {
    const segment = this.#active
    if (segment === undefined) return
    this.#active = undefined
    segment.isSealed = true
    this.#onWritten(segment)
    this.reader.tidy()
  }

  /** Seals, and so deletes, the segment that is being written when all in it is settled: prompts need not lie there. */
  sealSettled(): void {
    if (this.#active?.left === 0 && this.#active.unwritten === 0) this.seal()
  }

  /**
   * Makes a file the next segment. It is moved and listed in one go: segments have to stand in the order of their
   * numbers, because the cursor speaks for all before it.
   *
   * @param move brings the file to a path; false when it cannot
   */
  insert(move: (path: string) => boolean, segment: Segment): boolean {
    this.seal()
    const number = this.#nextNumber++
    const path = this.folder?.segmentPath(number)
    if (path === undefined || !move(path)) return false
    segment.number = number
    segment.path = path
    this.#shared.accounting.diskBytes += segment.size
    this.reader.segments.push(segment)
    return true
  }

  /** The disk cannot be written: from now on records stay in memory. */
  fail(error: unknown): void {
    sayTrouble(error, this.#directory)
    this.isOnDisk = false
    this.#retryAt = this.#shared.system.now() + RETRY_MILLIS
    this.seal()
  }

  /** Tries a disk again that could not be written, now and then. */
  retry(): void {
    if (this.isOnDisk || this.#recovering || this.#shared.system.now() < this.#retryAt) return
    this.#shared.tasks.add(this.#recover())
  }

  /** Looks whether our folder is still there, and tells others that its owner is alive. */
  async touch(): Promise<void> {
    const folder = this.folder
    if (folder === undefined || (await folder.touch()) || folder !== this.folder) return
    this.#disown()
    await this.#recover()
  }

  writeNow(): void {
    this.#writer.writeNow()
  }

  /** Writes what is left, and closes all files. What only memory has stays there when the disk does not take it. */
  async close(): Promise<void> {
    await this.#shared.tasks.idle()
    await this.#writer.idle()
    if (!this.isOnDisk && this.#shared.accounting.memoryBytes > 0) await this.#recover()
    await this.#rescue()
    await this.#writer.idle()
    this.seal()
    this.#syncer.close()
    this.reader.cursor?.close()
    await this.#shared.tasks.idle()
    // From here on nothing may be moved into the folder.
    this.isOnDisk = false
    if (this.reader.segments.some((segment) => segment.left > 0 && segment.path !== undefined)) {
      await this.folder?.free()
    } else await this.folder?.remove()
  }

  // One attempt at a time, or there would be two folders.
  async #recover(): Promise<void> {
    await this.#recovering
    this.#recovering = this.#tryAgain().finally(() => {
      this.#recovering = undefined
    })
    await this.#recovering
  }

  async #tryAgain(): Promise<void> {
    if (this.folder && !(await this.folder.touch())) this.#disown()
    if (!(await hasSpace(this.#shared, this.#directory))) this.fail(lowSpace())
    else if (this.folder === undefined) this.#openFolder()
    else this.isOnDisk = true
    await this.#rescue()
  }

  // Another process thought that we are dead and has our folder now, or somebody deleted it. What is in memory is
  // written again, elsewhere; the rest is lost for this process.
  #disown(): void {
    this.isOnDisk = false
    this.reader.cursor?.close()
    this.reader.cursor = undefined
    this.folder = undefined
    for (const segment of [...this.reader.segments]) {
      this.#shared.accounting.diskBytes -= segment.size
      segment.size = 0
      segment.path = undefined
      if (segment.entries === undefined) this.reader.drop(segment, 'corrupt')
    }
    this.seal()
  }

  async #rescue(): Promise<void> {
    await this.#writer.idle()
    toMemory(this.#shared, this.reader, this.#memory, unpersisted(this.reader))
    const append = (record: NewEntry) => this.append(record)
    while (this.isOnDisk && rescueSome(this.#shared, this.#memory, append)) await this.#writer.idle()
  }

  #openFolder(): void {
    try {
      const { folder, cursor } = Folder.create(this.#shared, this.#directory)
      this.folder = folder
      this.reader.cursor = cursor
      this.isOnDisk = true
    } catch (error) {
      this.fail(error)
    }
  }

  #open(): Segment | undefined {
    const { system, settings } = this.#shared
    const number = this.#nextNumber++
    const path = this.folder?.segmentPath(number) ?? ''
    try {
      const segment = openSegment(this.#shared, number, path)
      this.#grow(segment, SEGMENT_HEADER_BYTES)
      this.reader.segments.push(segment)
      this.#active = segment
      this.#shared.tasks.add(this.#checkSpace())
      if (settings.fsync !== 'never') this.#shared.tasks.add(syncFolder(system, dirname(path)))
      return segment
    } catch (error) {
      this.fail(error)
      return undefined
    }
  }

  async #checkSpace(): Promise<void> {
    if (this.isOnDisk && !(await hasSpace(this.#shared, this.#directory))) this.fail(lowSpace())
  }

  #grow(segment: Segment, bytes: number): void {
    segment.size += bytes
    this.#shared.accounting.diskBytes += bytes
  }

  #onWritten(segment: Segment): void {
    if (!segment.isSealed || segment.unwritten > 0) return
    if (segment.file) this.#syncer.finish(segment.file)
    segment.file = undefined
    const { accounting: ledger, settings } = this.#shared
    if (!segment.canForget || segment.left === 0 || mayKeep(this.reader, segment, settings.keptBytes)) return
    ledger.remember(segment)
    segment.forget()
  }
}
