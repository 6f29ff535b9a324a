import { crc32 } from 'node:zlib'
import type { QueueSettings } from '../queue/types.ts'
import { RECORD_HEADER_BYTES, recordHeader } from './format.ts'
import { Packer } from './packer.ts'
import type { JournalEntry, Segment } from './segment.ts'
import type { SegmentFile } from './segment-file.ts'
import type { Syncer } from './syncer.ts'
import type { System } from './system.ts'
import { writeAll, writeAllSync } from './write-all.ts'

/** While the disk takes its time this much waits in memory; then it is written there and then. */
const UNWRITTEN_BYTES = 4 * 1024 * 1024
/** One write has no more, so that it does not take long. */
const CHUNK_BYTES = 4 * 1024 * 1024
/** So much is packed before it is written. */
const PACKED_AHEAD_BYTES = 1024 * 1024

interface Chunk {
  readonly segment: Segment
  readonly file: SegmentFile
  readonly entries: readonly JournalEntry[]
  readonly parts: readonly Buffer[]
  readonly position: number
  /** Written, or given up. */
  isDone: boolean
}

/** What the writer tells its owner. */
export interface WriterEvents {
  /** The file has all that it is to have so far. */
  onWritten(segment: Segment): void
  /** A record takes less room than it was counted with. */
  onSaved(segment: Segment, bytes: number): void
  /** Nothing of these is certain to be in the file. */
  onFailed(entries: readonly JournalEntry[], error: unknown): void
}

/**
 * Brings records into files, in order, one write at a time. A record gets its place in the file when it is about to
 * be written, so that one that is settled before is not written at all.
 */
export class Writer {
  readonly #system: System
  readonly #settings: QueueSettings
  readonly #syncer: Syncer
  readonly #events: WriterEvents
  readonly #packer: Packer
  #pending: JournalEntry[] = []
  #pendingBytes = 0
  #chunk: Chunk | undefined
  #running: Promise<void> | undefined
  /** What was written in a burst and is being forced to the disk. */
  readonly #syncing = new Set<Promise<void>>()
  /** Something was added, and nobody else had a turn on the event loop since. */
  #hasAdded = false

  constructor(system: System, settings: QueueSettings, syncer: Syncer, events: WriterEvents) {
    this.#system = system
    this.#settings = settings
    this.#syncer = syncer
    this.#events = events
    this.#packer = new Packer(settings.compression, (entry, bytes) => {
      this.#pendingBytes -= bytes
      events.onSaved(entry.segment, bytes)
    })
  }

  /** Takes a record of a segment that has a file. */
  add(entry: JournalEntry): void {
    entry.segment.unwritten += 1
    this.#pending.push(entry)
    this.#pendingBytes += entry.storedBytes
    // A burst that lets nobody else run would let nothing be written.
    const isBurst = this.#hasAdded
    this.#noteTurn()
    const { isSync } = this.#settings
    if (isSync || isBurst || this.#pendingBytes > UNWRITTEN_BYTES) this.#writePendingNow(isSync)
    else this.#running ??= this.#run()
  }

  /** Writes at once all that is not known to be written. */
  writeNow(): void {
    const chunk = this.#chunk
    // What another thread is writing this moment is written again: the same bytes to the same place.
    if (chunk !== undefined && !chunk.isDone) this.#writeNow(chunk, true)
    this.#writePendingNow(true)
  }

  /** Resolves when nothing is left to be written. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    await Promise.all(this.#syncing)
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.#packer.pack(this.#pending, PACKED_AHEAD_BYTES)
      // A burst may have written all of it in the meantime.
      const chunk = this.#pending.length > 0 ? this.#place(false) : undefined
      if (chunk === undefined) continue
      this.#chunk = chunk
      try {
        await chunk.file.with(async () => {
          await writeAll(this.#system.fs, chunk.file.fd, chunk.parts, chunk.position)
          if (this.#settings.fsync === 'batch') await chunk.file.sync()
        })
        this.#confirm(chunk)
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

  /** @param isForced whether what was written is also forced to the disk within the call, where that is asked for */
  #writePendingNow(isForced: boolean): void {
    for (;;) {
      if (this.#pending.length === 0) return
      const chunk = this.#place(true)
      if (chunk !== undefined) this.#writeNow(chunk, isForced)
    }
  }

  #writeNow(chunk: Chunk, isForced: boolean): void {
    const { fs } = this.#system
    try {
      writeAllSync(fs, chunk.file.fd, chunk.parts, chunk.position)
      if (this.#settings.fsync !== 'batch') {
        this.#confirm(chunk)
      } else if (isForced) {
        fs.fdatasyncSync(chunk.file.fd)
        this.#confirm(chunk)
      } else {
        const synced = chunk.file.sync().then(
          () => this.#confirm(chunk),
          (error) => this.#fail(chunk, error),
        )
        this.#syncing.add(synced)
        synced.finally(() => this.#syncing.delete(synced))
      }
    } catch (error) {
      this.#fail(chunk, error)
    }
  }

  /** The next records of one segment, with their places in the file; at once, or only those that are packed. */
  #place(isNow: boolean): Chunk | undefined {
    const segment = this.#pending[0]?.segment
    // While large bodies were packed, all may have been written at once.
    if (segment === undefined) return undefined
    // A segment keeps its file until all of its records are written.
    const file = segment.file as SegmentFile
    const entries: JournalEntry[] = []
    const parts: Buffer[] = []
    const position = file.end
    let count = 0
    for (const entry of this.#pending) {
      if (entry.segment !== segment || file.end - position > CHUNK_BYTES) break
      if (!isNow && this.#packer.isToBePacked(entry)) break
      count += 1
      this.#pendingBytes -= entry.storedBytes
      if (entry.body === undefined) {
        segment.unwritten -= 1
        this.#events.onSaved(segment, RECORD_HEADER_BYTES + entry.storedBytes)
        continue
      }
      entry.offset = file.end
      file.end += RECORD_HEADER_BYTES + entry.storedBytes
      parts.push(headerOf(entry, entry.body), entry.body)
      entries.push(entry)
    }
    this.#pending.splice(0, count)
    if (count === 0) return undefined
    if (entries.length > 0) return { segment, file, entries, parts, position, isDone: false }
    this.#events.onWritten(segment)
    return undefined
  }

  #confirm(chunk: Chunk): void {
    if (chunk.isDone) return
    chunk.isDone = true
    this.#syncer.touch(chunk.file)
    for (const entry of chunk.entries) entry.isWritten = true
    chunk.segment.unwritten -= chunk.entries.length
    this.#events.onWritten(chunk.segment)
  }

  // What waits behind it would be written to the same disk: it is given up, too.
  #fail(chunk: Chunk, error: unknown): void {
    if (chunk.isDone) return
    chunk.isDone = true
    const entries = [...chunk.entries, ...this.#pending]
    this.#pending = []
    this.#pendingBytes = 0
    for (const entry of entries) entry.segment.unwritten -= 1
    this.#events.onFailed(entries, error)
  }
}

function headerOf(entry: JournalEntry, body: Buffer): Buffer {
  const { segment, packing, rawBytes, spans, at } = entry
  const header = {
    format: segment.format,
    packing,
    rawBytes,
    spans,
    storedBytes: body.length,
    crc: crc32(body),
  }
  return recordHeader({ ...header, epoch: segment.epochOf(at) }, entry.offset)
}
