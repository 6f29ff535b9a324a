import type { BodyFormat, Encoded } from '../otlp/codec.ts'
import { Adoption } from './adoption.ts'
import { batchOf } from './batch.ts'
import { Journal, type Shared } from './journal.ts'
import { load } from './load.ts'
import { Memory } from './memory.ts'
import { PACKED_AT_ONCE_BYTES, packSync } from './pack.ts'
import { makeRoom } from './room.ts'
import { type NewEntry, Segment } from './segment.ts'
import { RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES } from './segment-format.ts'
import type { Range, Source } from './source.ts'
import type { Batch, BatchLimits, Queued, Store } from './types.ts'

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
  readonly #timers: (() => void)[] = []
  #closing: Promise<void> | undefined

  constructor(shared: Shared) {
    this.#shared = shared
    const { settings, ledger, window, system } = shared
    const { directory } = settings
    this.#memory = new Memory(settings, ledger, window)
    this.ready = Promise.resolve()
    if (directory === undefined) return
    const journal = new Journal(shared, directory, this.#memory)
    const adoption = new Adoption(shared, directory, (path) => this.#isOurs(path))
    this.#journal = journal
    this.#adoption = adoption
    this.ready = adoption.sweep()
    this.#timers.push(
      system.every(SWEEP_MILLIS, () => void adoption.sweep()),
      system.every(ALIVE_MILLIS, () => shared.tasks.add(this.#touch())),
    )
  }

  append(record: Encoded): void {
    const { ledger, settings, system } = this.#shared
    const packing =
      record.body.length > PACKED_AT_ONCE_BYTES && !settings.isSync ? 'none' : settings.compression
    const packed = packSync(record.body, packing)
    const body = packed ?? record.body
    const entry: NewEntry = {
      ...{ seq: ledger.number(), spans: record.spans, rawBytes: record.body.length, at: system.now() },
      ...{ packing: packed ? packing : 'none', body, storedBytes: body.length },
    }
    ledger.enter(1, entry.spans, entry.rawBytes)
    if (this.#closing) ledger.refuse(entry, 'after-shutdown')
    else if (!this.#journal?.isOnDisk) this.#keepInMemory(entry)
    else if (!makeRoom(this.#shared, bytesOf(entry), this.#adoption?.adopted ?? [], this.#journal)) {
      ledger.refuse(entry, 'overflow')
    } else if (!this.#journal.append(entry)) this.#keepInMemory(entry)
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

  async reject(
    _format: BodyFormat,
    _bodies: readonly Buffer[],
    _spans: number,
    _status: number,
  ): Promise<void> {}

  async redeliver(): Promise<number> {
    return 0
  }

  async purge(): Promise<number> {
    return 0
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
    await this.#shared.tasks.idle()
  }

  /** In the order in which they are read: what would be lost with the process comes first. */
  get #sources(): Source[] {
    const adopted = this.#adoption?.adopted.map((one) => one.source) ?? []
    return [this.#memory.source, ...adopted, ...(this.#journal ? [this.#journal.source] : [])]
  }

  #next(limits: BatchLimits): { source: Source; found: Range | Segment } | undefined {
    for (const source of this.#sources) {
      const found = source.take(limits)
      if (found !== undefined) return { source, found }
    }
    return undefined
  }

  #settle(source: Source, range: Range): void {
    source.settle(range)
    this.#adoption?.tidy()
  }

  // It has been tried and not taken, so this is the moment to say that it is too old.
  #release(source: Source, range: Range): void {
    const { ledger, settings, system } = this.#shared
    const oldest = system.now() - settings.maxAge
    for (const entry of range.entries) if (entry.at < oldest) ledger.leave(entry, 'expired')
    source.release(range)
    this.#adoption?.tidy()
  }

  #keepInMemory(entry: NewEntry): void {
    this.#journal?.retry()
    this.#memory.add(entry, this.#shared.settings.format)
  }

  #isOurs(path: string): boolean {
    return this.#journal?.folder?.path === path || this.#adoption?.owns(path) === true
  }

  async #touch(): Promise<void> {
    this.#journal?.retry()
    const folder = this.#journal?.folder
    if (folder && !(await folder.touch()) && folder === this.#journal?.folder) await this.#journal.lose()
    await this.#adoption?.touch()
  }
}

const bytesOf = (entry: NewEntry): number => SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES + entry.storedBytes
