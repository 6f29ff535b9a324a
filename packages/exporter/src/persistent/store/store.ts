import type { BodyFormat, Encoded } from '../encoder/codec.ts'
import type { Queued } from '../stats.ts'
import { Adoption } from './adoption.ts'
import { batchOf } from './batch.ts'
import { Journal } from './journal.ts'
import { load } from './load.ts'
import { Memory } from './memory.ts'
import { newEntry } from './new-entry.ts'
import { RefusedBodies } from './refused.ts'
import { makeRoom } from './room.ts'
import { type NewEntry, Segment } from './segment.ts'
import { RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES } from './segment-format.ts'
import type { Shared } from './shared.ts'
import type { Range, Source } from './source.ts'
import type { Batch, BatchLimits, Store } from './types.ts'
import { purgeUnreadable } from './unreadable.ts'

/** How often others are told that this process is alive, and the disk is looked at. */
const ALIVE_MILLIS = 10_000
/** How often journals of dead processes are looked for. */
const SWEEP_MILLIS = 30_000

/** The store: what only memory has, what dead processes have left, and the journal of this process. */
export class JournalStore implements Store {
  readonly ready: Promise<void>
  readonly #shared: Shared
  readonly #memory: Memory
  readonly #journal: Journal | undefined
  readonly #adoption: Adoption | undefined
  readonly #refused: RefusedBodies
  readonly #timers: (() => void)[] = []
  #closing: Promise<void> | undefined

  constructor(shared: Shared) {
    this.#shared = shared
    const { settings, ledger, system } = shared
    const { directory } = settings
    this.#memory = new Memory(settings, ledger)
    const journal = directory === undefined ? undefined : new Journal(shared, directory, this.#memory)
    this.#refused = new RefusedBodies(shared, journal)
    this.ready = Promise.resolve()
    if (directory === undefined) return
    const adoption = new Adoption(shared, directory, (path) => this.#isOurs(path))
    this.#journal = journal
    this.#adoption = adoption
    this.ready = adoption.sweep()
    this.#timers.push(
      system.every(SWEEP_MILLIS, () => void adoption.sweep()),
      system.every(ALIVE_MILLIS, () => shared.tasks.add(this.#touch())),
    )
  }

  onFound(callback: () => void): void {
    if (this.#adoption !== undefined) this.#adoption.onFound = callback
  }

  append(record: Encoded): void {
    this.#enqueue(this.#shared.settings.format, record)
  }

  async take(limits: BatchLimits): Promise<Batch | undefined> {
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
      const batch = await batchOf(source, found, this.#shared.ledger, {
        settle: () => this.#settle(source, found),
        release: () => this.#release(source, found),
      })
      if (batch !== undefined) return batch
    }
    return undefined
  }

  reject(format: BodyFormat, bodies: readonly Buffer[], spans: number, status: number): Promise<() => void> {
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
    await purgeUnreadable(this.#shared)
    await this.#shared.tasks.idle()
    return spans
  }

  mark(): () => number {
    return this.#shared.ledger.mark()
  }

  get queued(): Queued {
    const { ledger, system } = this.#shared
    const oldest = Math.min(...this.#sources.map((source) => source.oldest))
    const oldestAgeMillis = Number.isFinite(oldest) ? Math.max(0, system.now() - oldest) : 0
    return { spans: ledger.spans, bytes: ledger.bytes, oldestAgeMillis }
  }

  get unwritten(): number {
    return this.#memory.source.spans + (this.#journal?.unwritten ?? 0)
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
    for (const segment of [...this.#memory.source.segments]) this.#memory.source.drop(segment, 'shutdown')
    this.#refused.close()
    await this.#shared.tasks.idle()
  }

  /** In the order in which they are read: what would be lost with the process comes first. */
  get #sources(): Source[] {
    const adopted = this.#adoption?.adopted.map((one) => one.source) ?? []
    return [this.#memory.source, ...adopted, ...(this.#journal ? [this.#journal.source] : [])]
  }

  #next(limits: BatchLimits): { source: Source; found: Range | Segment } | undefined {
    const sources = this.#sources
    if (sources.reduce((sum, { unsettled }) => sum + unsettled, 0) >= this.#shared.window) return undefined
    for (const source of sources) {
      const found = source.take(limits)
      if (found !== undefined) return { source, found }
    }
    return undefined
  }

  #settle(source: Source, range: Range): void {
    source.settle(range)
    this.#adoption?.tidy()
  }

  #enqueue(format: BodyFormat, record: Encoded): void {
    const { ledger, settings } = this.#shared
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
  #release(source: Source, range: Range): void {
    const { ledger, settings, system } = this.#shared
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
