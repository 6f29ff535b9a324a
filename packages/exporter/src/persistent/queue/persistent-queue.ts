import type { BodyFormat, Encoded } from '../encoder/codec.ts'
import type { QueueContext } from '../journal/context.ts'
import { RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES } from '../journal/format.ts'
import type { JournalReader, LeasedRange } from '../journal/journal-reader.ts'
import { load } from '../journal/load.ts'
import { purgeQuarantine } from '../journal/quarantine.ts'
import { type NewEntry, Segment } from '../journal/segment.ts'
import { Takeover } from '../ownership/takeover.ts'
import type { Queued } from '../stats.ts'
import { DeadLetters } from './dead-letters.ts'
import { batchOf } from './lease.ts'
import { MemoryQueue } from './memory-queue.ts'
import { newEntry } from './new-entry.ts'
import { OwnJournal } from './own-journal.ts'
import { makeRoom } from './room.ts'
import type { Lease, LeaseLimits, SpanQueue } from './types.ts'

/** How often others are told that this process is alive, and the disk is looked at. */
const ALIVE_MILLIS = 10_000
/** How often journals of dead processes are looked for. */
const SWEEP_MILLIS = 30_000

/** The store: what only memory has, what dead processes have left, and the journal of this process. */
export class PersistentQueue implements SpanQueue {
  readonly ready: Promise<void>
  readonly #shared: QueueContext
  readonly #memory: MemoryQueue
  readonly #journal: OwnJournal | undefined
  readonly #adoption: Takeover | undefined
  readonly #refused: DeadLetters
  readonly #timers: (() => void)[] = []
  #closing: Promise<void> | undefined

  constructor(shared: QueueContext) {
    this.#shared = shared
    const { settings, accounting: ledger, system } = shared
    const { directory } = settings
    this.#memory = new MemoryQueue(settings, ledger)
    const journal = directory === undefined ? undefined : new OwnJournal(shared, directory, this.#memory)
    this.#refused = new DeadLetters(shared, journal)
    this.ready = Promise.resolve()
    if (directory === undefined) return
    const adoption = new Takeover(shared, directory, (path) => this.#isOurs(path))
    this.#journal = journal
    this.#adoption = adoption
    this.ready = adoption.sweep()
    this.#timers.push(
      system.every(SWEEP_MILLIS, () => void adoption.sweep()),
      system.every(ALIVE_MILLIS, () => shared.tasks.add(this.#touch())),
    )
  }

  onTakeover(callback: () => void): void {
    if (this.#adoption !== undefined) this.#adoption.onFound = callback
  }

  offer(record: Encoded): void {
    this.#enqueue(this.#shared.settings.format, record)
  }

  async lease(limits: LeaseLimits): Promise<Lease | undefined> {
    while (!this.#closing) {
      const next = this.#next(limits)
      if (next === undefined) return undefined
      const { source, found } = next
      if (found instanceof Segment) {
        await load(this.#shared, found, () => this.#closing !== undefined)
        source.tidy()
        this.#adoption?.tidy()
        continue
      }
      const batch = await batchOf(source, found, this.#shared.accounting, {
        settle: () => this.#settle(source, found),
        release: () => this.#release(source, found),
      })
      if (batch !== undefined) return batch
    }
    return undefined
  }

  deadLetter(
    format: BodyFormat,
    bodies: readonly Buffer[],
    spans: number,
    status: number,
  ): Promise<() => void> {
    return this.#refused.add({ format, bodies, spans }, status)
  }

  async redeliver(): Promise<number> {
    if (this.#closing) return 0
    return this.#refused.redeliver(
      (format, body, spans) => this.#enqueue(format, { body, spans }),
      (bytes) => this.#makeRoom(bytes),
    )
  }

  async purge(): Promise<number> {
    if (this.#closing) return 0
    await this.#adoption?.sweep()
    this.#journal?.seal()
    let spans = 0
    for (const source of this.#sources) spans += source.purge()
    this.#adoption?.tidy()
    await this.#adoption?.discard()
    spans += await this.#refused.purge()
    await purgeQuarantine(this.#shared)
    await this.#shared.tasks.idle()
    return spans
  }

  trackQueued(): () => number {
    return this.#shared.accounting.mark()
  }

  get size(): Queued {
    const { accounting: ledger, system } = this.#shared
    const oldest = Math.min(...this.#sources.map((source) => source.oldest))
    const oldestAgeMillis = Number.isFinite(oldest) ? Math.max(0, system.now() - oldest) : 0
    return { spans: ledger.spans, bytes: ledger.bytes, oldestAgeMillis }
  }

  get unwritten(): number {
    return this.#memory.reader.spans + (this.#journal?.unwritten ?? 0)
  }

  get isOnDisk(): boolean {
    return this.#journal?.isOnDisk ?? false
  }

  writeNow(): void {
    this.#journal?.writeNow()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const stop of this.#timers) stop()
    await this.#adoption?.close()
    await this.#journal?.close()
    for (const segment of [...this.#memory.reader.segments]) this.#memory.reader.drop(segment, 'shutdown')
    this.#refused.close()
    await this.#shared.tasks.idle()
  }

  /** In the order in which they are read: what would be lost with the process comes first. */
  get #sources(): JournalReader[] {
    const adopted = this.#adoption?.adopted.map((one) => one.reader) ?? []
    return [this.#memory.reader, ...adopted, ...(this.#journal ? [this.#journal.reader] : [])]
  }

  #next(limits: LeaseLimits): { source: JournalReader; found: LeasedRange | Segment } | undefined {
    const sources = this.#sources
    if (sources.reduce((sum, { unsettled }) => sum + unsettled, 0) >= this.#shared.window) return undefined
    for (const source of sources) {
      const found = source.take(limits)
      if (found !== undefined) return { source, found }
    }
    return undefined
  }

  #settle(source: JournalReader, range: LeasedRange): void {
    source.settle(range)
    this.#adoption?.tidy()
  }

  #enqueue(format: BodyFormat, record: Encoded): void {
    const { accounting: ledger, settings } = this.#shared
    const entry = newEntry(this.#shared, record)
    ledger.enter(1, entry.spans, entry.rawBytes)
    if (this.#closing) ledger.refuse(entry, 'after-shutdown')
    else if (!this.#journal?.isOnDisk || format !== settings.format) this.#keepInMemory(entry, format)
    else if (!this.#makeRoom(SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES + entry.storedBytes)) {
      ledger.refuse(entry, 'overflow')
    } else if (!this.#journal.append(entry)) this.#keepInMemory(entry, format)
  }

  #makeRoom(bytes: number): boolean {
    if (this.#journal === undefined) return true
    return makeRoom(this.#shared, bytes, this.#adoption?.adopted ?? [], this.#journal)
  }

  // It has been tried and not taken, so this is the moment to say that it is too old.
  #release(source: JournalReader, range: LeasedRange): void {
    const { accounting: ledger, settings, system } = this.#shared
    const oldest = system.now() - settings.maxAge
    for (const entry of range.entries) {
      if (entry.segment.isPurged) ledger.leave(entry, 'purged')
      else if (entry.at < oldest) ledger.leave(entry, 'expired')
    }
    source.release(range)
    this.#adoption?.tidy()
  }

  #keepInMemory(entry: NewEntry, format: BodyFormat): void {
    this.#journal?.retry()
    this.#memory.add(entry, format)
  }

  #isOurs(path: string): boolean {
    return this.#journal?.folder?.path === path || this.#adoption?.owns(path) === true
  }

  async #touch(): Promise<void> {
    this.#journal?.retry()
    this.#journal?.sealSettled()
    await this.#journal?.touch()
    await this.#adoption?.touch()
  }
}
