import {
  fileSegment,
  type JournalEntry,
  JournalReader,
  MAX_SEGMENT_BYTES,
  type NewEntry,
  type QueueContext,
  RECORD_HEADER_BYTES,
  type Segment,
  type SegmentFile,
  Syncer,
  Writer,
} from '../journal/index.ts'
import { HeldLog } from './held/log.ts'
import type { MemoryQueue } from './memory-queue.ts'
import { logDiskFailure, logFolderLost } from './messages.ts'
import { Moves } from './moves.ts'
import { OwnFolder } from './own-folder.ts'

/** How long a disk that could not be written is left alone. */
const RETRY_MILLIS = 30_000
/** A journal has at least so many segments, within these sizes. Overflow drops a whole segment. */
const SEGMENTS = 8
const MIN_SEGMENT_BYTES = 64 * 1024

/** The journal that this process writes: the open segment, and whether the disk can be written. */
export class JournalQueue {
  readonly reader: JournalReader
  readonly held: HeldLog
  readonly #context: QueueContext
  readonly #directory: string
  readonly #moves: Moves
  readonly #syncer: Syncer
  readonly #writer: Writer<JournalEntry>
  readonly #segmentBytes: number
  readonly #folder: OwnFolder
  #isOnDisk = false
  #open: Segment | undefined
  #retryAt = 0
  #recovering: Promise<void> | undefined

  constructor(context: QueueContext, directory: string, memory: MemoryQueue) {
    const { system, settings, tasks } = context
    this.#context = context
    this.#directory = directory
    this.#folder = new OwnFolder(context, directory)
    const share = Math.max(settings.maxBytes / SEGMENTS, MIN_SEGMENT_BYTES)
    this.#segmentBytes = Math.min(share, MAX_SEGMENT_BYTES)
    this.reader = new JournalReader(context)
    this.#syncer = new Syncer(system, settings.fsync, tasks, (error) => this.#fail(error))
    this.#writer = new Writer(system, settings, this.#syncer, {
      isOurs: (segment) => segment.isDeleted || (segment.path !== undefined && this.#folder.isOurs),
      isStillOurs: async (segment) =>
        segment.isDeleted || (segment.path !== undefined && (await this.#folder.isStillOurs())),
      onTaken: (segment) => {
        // Otherwise it was noticed before.
        if (segment.path !== undefined) this.#changeFolder()
      },
      onWritten: (segment) => this.#onWritten(segment),
      onFailed: (entries, error) => {
        if (this.#folder.explains(error)) this.#changeFolder()
        // The folder was changed while this was under way; what came later is written again.
        else if (entries[0]?.segment.path === undefined) this.#moves.toOpenSegment(entries)
        else {
          this.#moves.toMemory(entries)
          this.#fail(error)
        }
        for (const segment of new Set(entries.map((entry) => entry.segment))) this.#onWritten(segment)
      },
    })
    const journal = this
    this.#moves = new Moves({
      reader: this.reader,
      memory,
      format: settings.format,
      get isOnDisk() {
        return journal.#isOnDisk
      },
      append: (record) => this.append(record),
      written: () => this.#writer.idle(),
    })
    this.held = new HeldLog(context, {
      get isOnDisk() {
        return journal.#isOnDisk
      },
      get path() {
        return journal.path
      },
      get isOurs() {
        return journal.#folder.isOurs
      },
      isStillOurs: () => this.#folder.isStillOurs(),
      changeFolder: () => this.#changeFolder(),
      createFile: (path) => this.#newFile(path),
      fail: (error) => {
        if (this.#folder.explains(error)) this.#changeFolder()
        else this.#fail(error)
      },
      sync: () => this.#syncer.sync(),
      syncNow: () => this.#syncer.syncNow(),
    })
    context.disk.onHanging = () => this.#hang()
    this.#openFolder()
    tasks.add(this.#checkSpace())
  }

  /** Whether the disk takes what is appended. */
  get isOnDisk(): boolean {
    return this.#isOnDisk
  }

  /** The path of the folder; undefined where there is none. */
  get path(): string | undefined {
    return this.#folder.path
  }

  /** Forces the name of the folder to the disk, as far as the option `fsync` wants it. Never rejects. */
  syncName(): Promise<void> {
    return this.#folder.syncName()
  }

  /** Appends a record that the accounting knows. False when the disk cannot be written. */
  append(record: NewEntry): boolean {
    if (!this.#isOnDisk) {
      this.retry()
      return false
    }
    const bytes = RECORD_HEADER_BYTES + record.storedBytes
    if (this.#writer.isStalled) {
      this.#hang()
      return false
    }
    if (this.#open && this.#open.size + bytes > this.#segmentBytes) this.seal()
    const segment = this.#open ?? this.#openSegment()
    if (segment === undefined) return false
    this.#writer.add(segment.append(record))
    return true
  }

  /** Ends the open segment. */
  seal(): void {
    const segment = this.#open
    if (segment === undefined) return
    this.#open = undefined
    segment.seal()
    this.#onWritten(segment)
    this.reader.tidy()
  }

  /** Ends the open segment when everything in it is delivered, so that its file, with its prompts, is deleted. */
  sealDelivered(): void {
    if (this.#open?.left === 0 && this.#open.isWritten) this.seal()
    this.held.tidy()
  }

  /**
   * Makes a file the next segment. It is moved and listed in one go: the checkpoint covers all segments with lower
   * numbers, so none may be added later.
   *
   * @param move moves the file to a path; false when it cannot
   * @returns false also where the disk is not in use, because it failed or the journal is closed
   */
  insert(move: (path: string) => boolean, segment: Segment): boolean {
    if (!this.#isOnDisk) return false
    this.seal()
    const place = this.#folder.nextSegment()
    if (place === undefined || !move(place.path)) return false
    segment.enterFolder(place.number, place.path)
    this.reader.add(segment)
    return true
  }

  /** Tries again, from time to time, to write to a disk that could not be written. */
  retry(): void {
    if (this.#isOnDisk || this.#recovering || this.#context.system.now() < this.#retryAt) return
    this.#context.tasks.add(this.#recover())
  }

  /** Shows other processes that the owner is alive. Starts a new folder when ours is gone. */
  async touch(): Promise<void> {
    if (!(await this.#folder.touch())) this.#changeFolder()
    // What was leased when the folder was lost is written once its request has failed.
    const isUnpersisted = this.reader.segments.some((segment) => segment.unpersisted.length > 0)
    if (this.#isOnDisk && isUnpersisted) await this.#moves.toDisk()
  }

  writeNow(): void {
    this.#writer.writeNow()
    this.held.writeNow()
    this.reader.writeNow()
  }

  /** Writes what is left and closes all files. What the disk does not take stays in memory. */
  async close(): Promise<void> {
    const { accounting, tasks } = this.#context
    await tasks.idle()
    await this.#writer.idle()
    if (!this.#isOnDisk && accounting.memoryBytes > 0) await this.#recover()
    await this.#moves.toDisk()
    await this.#writer.idle()
    this.seal()
    this.#syncer.close()
    this.reader.useCheckpoint(undefined)
    await tasks.idle()
    const isHeld = await this.held.close()
    await tasks.idle()
    // From here on nothing may be moved into the folder.
    this.#isOnDisk = false
    const isLeft = this.reader.segments.some((segment) => segment.left > 0 && segment.path !== undefined)
    await this.#folder.end(isLeft || isHeld)
  }

  /** The disk does not answer. What waits to be written stays in memory, too; the disk may still get it. */
  #hang(): void {
    if (this.#isOnDisk) this.#fail(HANGING)
  }

  /** The disk cannot be written: from now on records stay in memory. */
  #fail(error: unknown): void {
    const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown'
    logDiskFailure(this.#directory, code)
    this.#isOnDisk = false
    this.#retryAt = this.#context.system.now() + RETRY_MILLIS
    this.seal()
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
    if (!(await this.#folder.touch())) this.#loseFolder()
    if (!(await this.#folder.hasSpace())) this.#fail(LOW_SPACE)
    else if (this.#folder.path === undefined) this.#openFolder()
    else this.#isOnDisk = true
    await this.#moves.toDisk()
    this.held.tidy()
  }

  /** Another process took this one for dead and owns the folder now, or it was deleted. Returns what `lose` does. */
  #loseFolder(): boolean {
    this.#isOnDisk = false
    this.reader.useCheckpoint(undefined)
    const mayOpenAnother = this.#folder.lose()
    this.held.loseFolder()
    for (const segment of [...this.reader.segments]) {
      segment.leaveFolder()
      if (segment.entries === undefined) this.reader.drop(segment, 'taken-over')
    }
    this.seal()
    return mayOpenAnother
  }

  /**
   * The folder is not ours any more: goes on in a new one. What is not known to be in the old one is written within the
   * call, because `offer` may have to return with it on the disk; the rest follows, in case the old folder was deleted.
   */
  #changeFolder(): void {
    logFolderLost(this.#directory)
    if (!this.#loseFolder()) {
      this.#fail(GONE)
      return
    }
    this.#openFolder()
    this.held.tidy()
    this.#moves.toOpenSegment(this.reader.segments.flatMap((segment) => segment.entries ?? []))
    this.#context.tasks.add(this.#moves.toDisk())
  }

  #openFolder(): void {
    try {
      this.reader.useCheckpoint(this.#folder.open())
      this.#isOnDisk = true
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Begins a segment. Its first write creates the file. */
  #openSegment(): Segment | undefined {
    const { accounting, system, settings } = this.#context
    const place = this.#folder.nextSegment()
    if (place === undefined) return undefined
    const file = this.#newFile(place.path)
    const shift = system.wall() - system.now()
    const segment = fileSegment(accounting, { format: settings.format, ...place }, { shift }, file)
    this.reader.add(segment)
    this.#open = segment
    return segment
  }

  #newFile(path: string): SegmentFile {
    this.#context.tasks.add(this.#checkSpace())
    return this.#folder.newFile(path)
  }

  async #checkSpace(): Promise<void> {
    if (this.#isOnDisk && !(await this.#folder.hasSpace())) this.#fail(LOW_SPACE)
  }

  #onWritten(segment: Segment): void {
    const file = segment.takeWrittenFile()
    if (file) this.#syncer.finish(file)
    if (segment.canUnload && !this.#mayKeep(segment)) segment.unload()
  }

  /** Whether memory has room for a segment that is in a file. The oldest stay there, which are sent first. */
  #mayKeep(segment: Segment): boolean {
    const kept = this.reader.segments.filter((one) => one !== segment && one.isSealed && one.entries)
    return kept.reduce((sum, one) => sum + one.bytes, segment.bytes) <= this.#context.settings.keptBytes
  }
}

const failure = (message: string, code: string) => Object.assign(new Error(message), { code })
const GONE = failure('the folder is gone', 'ENOENT')
const LOW_SPACE = failure('less than minFreeDiskBytes is free', 'ENOSPC')
const HANGING = failure('a file call does not end', 'hanging')
