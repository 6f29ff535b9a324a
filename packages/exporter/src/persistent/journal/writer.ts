import { crc32 } from 'node:zlib'
import type { BodyFormat } from '../encoder/codec.ts'
import type { QueueSettings, System } from './context.ts'
import type { SegmentFile, Syncer } from './segment/file.ts'
import { type Compression, recordHeader } from './segment/format.ts'

/** With more waiting than this, records are written within `add`: memory must not fill while the disk is slow. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024
/** While a write takes longer, none is begun within a call: it would block as long. */
const SLOW_MILLIS = 1000

/** What the writer needs of a record. */
export interface WritableEntry<E> {
  readonly segment: WritableSegment<E>
  readonly spans: number
  readonly bytes: number
  readonly compression: Compression
  readonly body: Buffer | undefined
  readonly storedBytes: number
  readonly offset: number
}

/** What the writer needs of the segment that a record belongs to; `Segment` documents it. */
export interface WritableSegment<E> {
  readonly format: BodyFormat
  readonly file: SegmentFile | undefined
  epochOf(entry: E): number
  place(entry: E): void
  skip(entry: E): void
  markWritten(entries: readonly E[]): void
  markFailed(entry: E): void
}

/** One write to one file. */
interface Chunk<E extends WritableEntry<E>> {
  readonly segment: E['segment']
  readonly file: SegmentFile
  readonly entries: readonly E[]
  readonly parts: readonly Buffer[]
  readonly position: number
  /** Written, or failed. */
  isDone: boolean
}

/** What the writer reports. */
export interface WriterEvents<E extends WritableEntry<E>> {
  /**
   * Whether the file of a segment belongs to this process. Asked after each write: whoever takes a journal over reads it
   * afterwards, so it finds what was written before the answer. May throw the error of the system.
   */
  isOurs(segment: E['segment']): boolean
  /** The same, off the event loop. May reject. */
  isStillOurs(segment: E['segment']): Promise<boolean>
  /** These records were written to a file that another process may have read before. */
  onTaken(segment: E['segment']): void
  /** A segment has nothing left to be written for now. */
  onWritten(segment: E['segment']): void
  /** The file may or may not have these records. */
  onFailed(entries: readonly E[], error: unknown): void
}

/**
 * Writes records to their files, in order and off the event loop, one write at a time. A record gets its place in the
 * file just before it is written: one that is acked earlier is not written at all.
 */
export class Writer<E extends WritableEntry<E>> {
  readonly #system: System
  readonly #settings: QueueSettings
  readonly #syncer: Syncer
  readonly #events: WriterEvents<E>
  #pending: E[] = []
  #pendingBytes = 0
  #chunk: Chunk<E> | undefined
  /** When the write of it began. */
  #since = 0
  #running: Promise<void> | undefined
  /** Chunks that were written within a call and are being forced to the disk. */
  readonly #syncing = new Set<Promise<void>>()
  /** Whether something was added in this turn of the event loop. */
  #hasAdded = false

  constructor(system: System, settings: QueueSettings, syncer: Syncer, events: WriterEvents<E>) {
    this.#system = system
    this.#settings = settings
    this.#syncer = syncer
    this.#events = events
  }

  /** Whether the disk is so slow that no more records may wait for it. */
  get isStalled(): boolean {
    return this.#isSlow && this.#pendingBytes > MAX_PENDING_BYTES
  }

  get #isSlow(): boolean {
    return this.#chunk !== undefined && this.#system.now() - this.#since > SLOW_MILLIS
  }

  /** Takes records of segments with a file. */
  add(...entries: readonly E[]): void {
    for (const entry of entries) {
      this.#pending.push(entry)
      this.#pendingBytes += entry.storedBytes
    }
    // While an application ends spans without a pause, no write off the event loop would ever start.
    const isBurst = this.#hasAdded
    this.#noteTurn()
    const { isSync } = this.#settings
    const isNow = isSync || ((isBurst || this.#pendingBytes > MAX_PENDING_BYTES) && !this.#isSlow)
    if (isNow) this.#writePending(isSync)
    else this.#running ??= this.#run()
  }

  /** Writes within the call everything that is not known to be written. */
  writeNow(): void {
    // What a thread is writing at this moment is written again: the same bytes to the same place.
    if (this.#chunk !== undefined && !this.#chunk.isDone) this.#write(this.#chunk, true)
    this.#writePending(true)
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    await Promise.all(this.#syncing)
  }

  async #run(): Promise<void> {
    // A burst of records takes the first one with it.
    await null
    while (this.#pending.length > 0) {
      const chunk = this.#nextChunk()
      if (chunk === undefined) continue
      this.#chunk = chunk
      this.#since = this.#system.now()
      try {
        await chunk.file.write(chunk.parts, chunk.position, this.#settings.fsync === 'batch')
        this.#confirm(chunk, await this.#events.isStillOurs(chunk.segment))
      } catch (error) {
        this.#fail(chunk, error)
      }
      this.#chunk = undefined
    }
    this.#running = undefined
  }

  #noteTurn(): void {
    if (this.#hasAdded) return
    this.#hasAdded = true
    setImmediate(() => {
      this.#hasAdded = false
    })
  }

  #writePending(isForced: boolean): void {
    while (this.#pending.length > 0) {
      const chunk = this.#nextChunk()
      if (chunk !== undefined) this.#write(chunk, isForced)
    }
  }

  /** @param isForced whether `fsync: 'batch'` is done within the call, too */
  #write(chunk: Chunk<E>, isForced: boolean): void {
    try {
      chunk.file.writeSync(chunk.parts, chunk.position)
      if (this.#settings.fsync !== 'batch') {
        this.#confirm(chunk, this.#events.isOurs(chunk.segment))
      } else if (isForced) {
        chunk.file.syncSync()
        this.#confirm(chunk, this.#events.isOurs(chunk.segment))
      } else {
        const synced = chunk.file
          .sync()
          .then(() => this.#events.isStillOurs(chunk.segment))
          .then((isOurs) => this.#confirm(chunk, isOurs))
          .catch((error) => this.#fail(chunk, error))
        this.#syncing.add(synced)
        synced.finally(() => this.#syncing.delete(synced))
      }
    } catch (error) {
      this.#fail(chunk, error)
    }
  }

  /** The next records of one segment, with their places in the file; undefined when all of them are gone. */
  #nextChunk(): Chunk<E> | undefined {
    const segment = this.#pending[0]?.segment
    if (segment === undefined) return undefined
    // A segment keeps its file until all of its records are written.
    const file = segment.file as SegmentFile
    const end = this.#pending.findIndex((entry) => entry.segment !== segment)
    const entries: E[] = []
    const parts: Buffer[] = []
    const position = file.end
    for (const entry of this.#pending.splice(0, end === -1 ? this.#pending.length : end)) {
      this.#pendingBytes -= entry.storedBytes
      if (entry.body === undefined) {
        segment.skip(entry)
        continue
      }
      segment.place(entry)
      parts.push(headerOf(entry, entry.body), entry.body)
      entries.push(entry)
    }
    if (entries.length > 0) return { segment, file, entries, parts, position, isDone: false }
    this.#events.onWritten(segment)
    return undefined
  }

  #confirm(chunk: Chunk<E>, isOurs: boolean): void {
    if (chunk.isDone) return
    const { segment, entries } = chunk
    chunk.isDone = true
    if (isOurs) {
      this.#syncer.touch(chunk.file)
      segment.markWritten(entries)
    } else {
      for (const entry of entries) segment.markFailed(entry)
      this.#events.onTaken(segment)
    }
    this.#events.onWritten(segment)
  }

  // What waits would be written to the same disk: it fails, too.
  #fail(chunk: Chunk<E>, error: unknown): void {
    if (chunk.isDone) return
    chunk.isDone = true
    const entries = [...chunk.entries, ...this.#pending]
    this.#pending = []
    this.#pendingBytes = 0
    for (const entry of entries) entry.segment.markFailed(entry)
    this.#events.onFailed(entries, error)
  }
}

function headerOf<E extends WritableEntry<E>>(entry: E, body: Buffer): Buffer {
  const { segment, compression, bytes, spans, offset } = entry
  const header = { compression, bytes, spans, storedBytes: body.length, crc: crc32(body) }
  return recordHeader({ ...header, format: segment.format, epoch: segment.epochOf(entry) }, offset)
}
