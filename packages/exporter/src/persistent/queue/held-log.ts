import type { BodyFormat } from '../encoder/codec.ts'
import {
  type HeldPlace,
  heldPath,
  type QueueContext,
  RECORD_HEADER_BYTES,
  releaseBody,
  SEGMENT_HEADER_BYTES,
  type SegmentFile,
  Syncer,
  type System,
  type WritableEntry,
  type WritableSegment,
  Writer,
} from '../journal/index.ts'
import type { HeldSpan } from './index.ts'

/** A file takes about so many bytes, and a smaller part of a small journal. */
const FILE_BYTES = 1024 * 1024
const FILES = 16
/** With the bytes of more files than this, more than half of which are not needed, the oldest files are given up. */
const MAX_STALE_FILES = 4
/** With `fsync: 'interval'`: how long releases are collected, so that one sync comes before all of them. */
const RELEASE_MILLIS = 500

/** What the log needs of the journal that it belongs to. */
export interface HeldLogHost {
  /** Whether the disk takes what is written. */
  readonly isOnDisk: boolean
  /** Of the journal's folder; undefined where there is none. */
  readonly path: string | undefined
  /** A file with the header of a segment, which its first write creates. */
  createFile(path: string): SegmentFile
  /** Whether the folder still belongs to this process. */
  readonly isOurs: boolean
  /** The same, off the event loop. May reject. */
  isStillOurs(): Promise<boolean>
  /** Another process has the folder: begins a new one. */
  changeFolder(): void
  /** The disk could not be written. */
  fail(error: unknown): void
  /** Forces to the disk what the journal has written until now. */
  sync(): Promise<void>
}

/** A record of the log: a copy of a span, or the release of others. */
interface HeldRecord extends WritableEntry<HeldRecord> {
  readonly segment: HeldFile
  body: Buffer | undefined
  offset: number
  /** The span that it is the copy of. */
  readonly held: Held | undefined
  /** The copy that is not needed any more once this one is written. */
  readonly replaced: HeldRecord | undefined
  /** What it releases. */
  readonly released: readonly HeldPlace[]
}

interface Held {
  readonly encode: () => Buffer | undefined
  /** Undefined while the log has no copy of it, because the disk cannot be written or is full. */
  record: HeldRecord | undefined
}

/** A file of the log. */
class HeldFile implements WritableSegment<HeldRecord> {
  readonly format: BodyFormat
  readonly number: number
  readonly path: string
  readonly file: SegmentFile
  readonly #system: System
  readonly #onWritten: (record: HeldRecord) => void
  size = SEGMENT_HEADER_BYTES
  /** Copies that are still needed. */
  needed = 0
  /** Records that the writer has. */
  unwritten = 0
  /** Its spans are being written to a later file. */
  isGivenUp = false

  constructor(
    { settings, system }: QueueContext,
    place: { number: number; path: string },
    file: SegmentFile,
    onWritten: (record: HeldRecord) => void,
  ) {
    this.format = settings.format
    this.number = place.number
    this.path = place.path
    this.file = file
    this.#system = system
    this.#onWritten = onWritten
  }

  epochOf(): number {
    return this.#system.wall()
  }

  place(record: HeldRecord): void {
    record.offset = this.file.reserve(RECORD_HEADER_BYTES + record.storedBytes)
  }

  skip(): void {
    this.unwritten -= 1
  }

  markWritten(records: readonly HeldRecord[]): void {
    this.unwritten -= records.length
    for (const record of records) {
      record.body = undefined
      this.#onWritten(record)
    }
  }

  markFailed(): void {
    this.unwritten -= 1
  }
}

/**
 * Copies of spans that are not queued yet, in files beside the segments of the journal. The next process delivers what
 * a crash leaves there. Files are deleted oldest first, since a file also releases records of older ones.
 */
export class HeldLog {
  readonly #context: QueueContext
  readonly #host: HeldLogHost
  readonly #syncer: Syncer
  readonly #writer: Writer<HeldRecord>
  readonly #fileBytes: number
  readonly #held = new Set<Held>()
  /** Records that the writer does not have yet. */
  #collected: HeldRecord[] = []
  #files: HeldFile[] = []
  #nextNumber = 1
  #bytes = 0
  #neededBytes = 0
  /** Records that are not needed any more, and of which the files do not know yet. */
  #unneeded: HeldRecord[] = []
  /** The same, where only the release has to be written. */
  #unreleased: HeldPlace[] = []
  #releasing: Promise<void> | undefined
  #isClosed = false

  constructor(context: QueueContext, host: HeldLogHost) {
    const { system, settings, tasks } = context
    this.#context = context
    this.#host = host
    this.#fileBytes = Math.min(FILE_BYTES, settings.maxBytes / FILES)
    this.#syncer = new Syncer(system, settings.fsync, tasks, (error) => host.fail(error))
    this.#writer = new Writer<HeldRecord>(system, settings, this.#syncer, {
      isOurs: (file) => this.#files.includes(file) && host.isOurs,
      isStillOurs: async (file) => this.#files.includes(file) && (await host.isStillOurs()),
      onTaken: (file) => {
        if (this.#files.includes(file)) host.changeFolder()
      },
      onWritten: (file) => this.#finishLost(file),
      onFailed: (records, error) => this.#onFailed(records, error),
    })
  }

  /** See `SpanQueue.hold`. */
  hold(encode: () => Buffer | undefined): HeldSpan {
    const held: Held = { encode, record: undefined }
    this.#held.add(held)
    this.#write(held)
    return {
      renew: () => this.#write(held),
      release: () => {
        if (!this.#held.delete(held)) return
        if (held.record !== undefined) this.#release(held.record)
      },
    }
  }

  /** See `SpanQueue.writeHeld`. */
  flush(): void {
    const records = this.#collected
    this.#collected = []
    if (records.length > 0) this.#writer.add(...records)
  }

  /** Writes the spans that no file has yet, and deletes files that nobody needs. */
  tidy(): void {
    if (this.#isClosed) return
    for (const held of this.#held) if (held.record === undefined) this.#write(held)
    this.flush()
    if (this.#unneeded.length > 0 || this.#unreleased.length > 0) this.#releaseLater()
    this.#deleteFiles(true)
  }

  /** The folder belongs to another process now, or is gone. */
  loseFolder(): void {
    const files = this.#files
    this.#files = []
    for (const record of this.#collected) record.segment.skip()
    this.#collected = []
    for (const file of files) this.#forget(file)
    this.#unneeded = []
    this.#unreleased = []
    this.#neededBytes = 0
    for (const held of this.#held) held.record = undefined
  }

  /** Writes within the call what is not written yet: the process is about to end. */
  writeNow(): void {
    this.flush()
    this.#writer.writeNow()
    this.#writeReleases()
    this.#writer.writeNow()
  }

  /** Ends all work; what is queued is written. Resolves to whether spans are left in the files. */
  async close(): Promise<boolean> {
    this.#isClosed = true
    this.flush()
    await this.#writer.idle()
    this.#writeReleases()
    await this.#writer.idle()
    this.#deleteFiles(true)
    const isLeft = this.#files.length > 0
    for (const file of this.#files) this.#syncer.finish(file.file)
    this.#syncer.close()
    return isLeft
  }

  /** Appends a copy of a span, in place of an earlier one. */
  #write(held: Held): void {
    if (!this.#host.isOnDisk) return
    const body = held.encode()
    const record = body && this.#append(body, held)
    if (record === undefined) return
    held.record = record
    record.segment.needed += 1
    this.#neededBytes += record.storedBytes
    this.#collected.push(record)
  }

  #append(body: Buffer, held?: Held, released: readonly HeldPlace[] = []): HeldRecord | undefined {
    const bytes = RECORD_HEADER_BYTES + body.length
    const file = this.#fileFor(bytes)
    if (file === undefined) return undefined
    file.unwritten += 1
    file.size += bytes
    this.#grow(bytes)
    const { length } = body
    return {
      ...{ segment: file, offset: -1, compression: 'none', body, bytes: length, storedBytes: length },
      ...{ spans: held === undefined ? 0 : 1, held, replaced: held?.record, released },
    }
  }

  #fileFor(bytes: number): HeldFile | undefined {
    const { accounting, settings } = this.#context
    const last = this.#files.at(-1)
    const { path } = this.#host
    const more = SEGMENT_HEADER_BYTES + bytes
    // What is queued is worth more than copies of what is not.
    const isFull =
      accounting.diskBytes + more > settings.maxBytes || this.#bytes + more > settings.maxBytes / 2
    if (!this.#host.isOnDisk || path === undefined || isFull || this.#writer.isStalled) return undefined
    if (last !== undefined && last.size + bytes <= this.#fileBytes && !last.isGivenUp) return last
    const number = this.#nextNumber++
    const place = { number, path: heldPath(path, number) }
    const file = new HeldFile(this.#context, place, this.#host.createFile(place.path), (record) => {
      if (record.replaced !== undefined) this.#release(record.replaced)
    })
    this.#files.push(file)
    this.#grow(file.size)
    this.#giveUpOldest(file)
    return file
  }

  /** Writes the spans of the oldest files again where much is not needed: a few that wait long would keep all files. */
  #giveUpOldest(newest: HeldFile): void {
    let bytes = this.#files.reduce((sum, { isGivenUp, size }) => sum + (isGivenUp ? 0 : size), 0)
    for (const file of this.#files) {
      if (bytes <= MAX_STALE_FILES * this.#fileBytes || bytes <= 2 * this.#neededBytes) return
      if (file.isGivenUp || file === newest) continue
      file.isGivenUp = true
      bytes -= file.size
      for (const held of [...this.#held]) if (held.record?.segment === file) this.#write(held)
    }
  }

  #release(record: HeldRecord): void {
    this.#unneeded.push(record)
    this.#releaseLater()
  }

  #releaseLater(): void {
    if (!this.#isClosed) this.#releasing ??= this.#releaseSoon()
  }

  async #releaseSoon(): Promise<void> {
    const { system, settings } = this.#context
    if (settings.fsync === 'interval') {
      await system.pause(RELEASE_MILLIS)
      // The power may fail: a copy is needed until the span itself is on the disk.
      await this.#host.sync()
    } else await null
    this.#releasing = undefined
    if (!this.#isClosed && this.#host.isOnDisk) this.#writeReleases()
  }

  #writeReleases(): void {
    const unneeded = this.#unneeded
    this.#unneeded = []
    const places = this.#unreleased
    for (const record of unneeded) {
      const { segment, offset, storedBytes } = record
      if (!this.#files.includes(segment)) continue
      segment.needed -= 1
      this.#neededBytes -= storedBytes
      // A record without a place need not be written.
      if (offset === -1) record.body = undefined
      else places.push({ number: segment.number, offset })
    }
    this.#deleteFiles(false)
    const files = new Set(this.#files.map(({ number }) => number))
    this.#unreleased = places.filter(({ number }) => files.has(number))
    if (this.#unreleased.length === 0) return
    const record = this.#append(releaseBody(this.#unreleased), undefined, this.#unreleased)
    if (record === undefined) return
    this.#unreleased = []
    this.#collected.push(record)
    this.flush()
  }

  /** @param isIdle whether to delete the file that takes the next records, too */
  #deleteFiles(isIdle: boolean): void {
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      if (file.needed > 0 || file.unwritten > 0) return
      if (this.#files.length === 1 && !isIdle) return
      this.#files.shift()
      this.#forget(file)
      this.#context.tasks.add(this.#context.system.fs.promises.unlink(file.path))
    }
  }

  #forget(file: HeldFile): void {
    this.#grow(-file.size)
    this.#finishLost(file)
  }

  /** Closes a file that is not ours any more, once the writer has nothing for it: another file may get its descriptor. */
  #finishLost(file: HeldFile): void {
    if (file.unwritten === 0 && !this.#files.includes(file)) this.#syncer.finish(file.file)
  }

  #grow(bytes: number): void {
    this.#bytes += bytes
    this.#context.accounting.changeDisk(bytes)
  }

  #onFailed(records: readonly HeldRecord[], error: unknown): void {
    // The folder was changed while this was under way; what came later is written again.
    const isLost = !this.#files.some((file) => file === records[0]?.segment)
    for (const record of records) {
      const { held, segment, replaced, released } = record
      // Its end may be incomplete.
      segment.isGivenUp = true
      record.body = undefined
      this.#unreleased.push(...released)
      if (held?.record !== record || !this.#held.has(held)) continue
      held.record = replaced
      this.#unneeded.push(record)
    }
    for (const { segment } of records) this.#finishLost(segment)
    if (isLost) this.tidy()
    else this.#host.fail(error)
  }
}
