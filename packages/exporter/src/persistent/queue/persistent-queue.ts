import type { BodyFormat, Encoded } from '../encoder/codec.ts'
import {
  Accounting,
  Disk,
  type JournalReader,
  MAX_RECORD_BYTES,
  machine,
  type NewEntry,
  purgeQuarantine,
  type QueueContext,
  type QueueSettings,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  type System,
  Tasks,
} from '../journal/index.ts'
import { Takeover } from '../ownership/takeover.ts'
import type { DeliveryCounters, DroppedReason, Queued } from '../stats.ts'
import { DeadLetters } from './dead-letters/dead-letters.ts'
import type { HeldSpan, Lease, LeaseLimits, SpanQueue } from './index.ts'
import { JournalQueue } from './journal-queue.ts'
import { Leasing } from './leasing.ts'
import { MemoryQueue } from './memory-queue.ts'
import { Turns } from './turns.ts'

/** How often other processes are shown that this one is alive, and the disk is checked. */
const ALIVE_MILLIS = 10_000
/** How often journals of dead processes are looked for. */
const SWEEP_MILLIS = 30_000

/**
 * Opens a queue. A disk that cannot be written is no error: records stay in memory until it can be.
 *
 * @param window how many leases may be open; a crash repeats at most so many requests
 * @param system another machine, in tests
 */
export function openQueue(
  settings: QueueSettings,
  counters: DeliveryCounters,
  window: number,
  system: System = machine(),
): SpanQueue {
  const disk = new Disk(system)
  return new PersistentQueue({
    ...{ settings, window, disk, accounting: new Accounting(counters), tasks: new Tasks() },
    system: { ...system, fs: disk.files },
  })
}

/** The queue over memory, the journals that were taken over, and the journal of this process. */
class PersistentQueue implements SpanQueue {
  readonly ready: Promise<void>
  readonly #context: QueueContext
  readonly #memory: MemoryQueue
  readonly #journal: JournalQueue | undefined
  readonly #takeover: Takeover | undefined
  readonly #deadLetters: DeadLetters
  /** Of what moves or deletes dead letters, so that none is missed on its way to another place. */
  readonly #turns = new Turns()
  readonly #leasing: Leasing
  readonly #timers: (() => void)[] = []
  #keepingAlive: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(context: QueueContext) {
    this.#context = context
    const { settings, system, tasks } = context
    const { directory } = settings
    const memory = new MemoryQueue(context)
    const journal = directory === undefined ? undefined : new JournalQueue(context, directory, memory)
    this.#memory = memory
    this.#journal = journal
    this.#deadLetters = new DeadLetters(context, journal)
    this.#leasing = new Leasing(context, journal, {
      readers: () => this.#readers,
      isClosing: () => this.#closing !== undefined,
    })
    this.ready = Promise.resolve()
    if (directory === undefined) return
    const takeover = new Takeover(context, directory, () => journal?.path)
    this.#takeover = takeover
    this.ready = takeover.sweep()
    this.#timers.push(
      system.every(SWEEP_MILLIS, () => void takeover.sweep()),
      system.every(ALIVE_MILLIS, () => {
        // A disk that hangs is not asked again and again.
        this.#keepingAlive ??= this.#keepAlive().finally(() => {
          this.#keepingAlive = undefined
        })
        tasks.add(this.#keepingAlive)
      }),
    )
  }

  onTakeover(callback: () => void): void {
    if (this.#takeover !== undefined) this.#takeover.onTaken = callback
  }

  offer(record: Encoded, onStored?: () => void): void {
    this.#enqueue(this.#context.settings.format, record, onStored)
  }

  hold(encode: () => Buffer | undefined): HeldSpan | undefined {
    return this.#closing === undefined ? this.#journal?.held.hold(encode) : undefined
  }

  writeHeld(): void {
    this.#journal?.held.flush()
  }

  #enqueue(format: BodyFormat, { body, spans }: Encoded, onStored?: () => void): void {
    const { accounting, settings, system } = this.#context
    const { length } = body
    const sums = { seq: accounting.nextSeq(), spans, bytes: length }
    const at = system.now()
    const record: NewEntry = { ...sums, at, compression: 'none', body, storedBytes: length, onStored }
    accounting.enter(record)
    if (this.#closing) this.#drop(record, 'after-shutdown')
    else if (!this.#journal?.isOnDisk || format !== settings.format) this.#keepInMemory(record, format)
    else if (!this.#makeRoom(SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES + length)) {
      this.#drop(record, 'overflow')
    } else if (!this.#journal.append(record)) this.#keepInMemory(record, format)
  }

  #drop(record: NewEntry, reason: DroppedReason): void {
    this.#context.accounting.leave(record, reason)
    record.onStored?.()
  }

  #keepInMemory(record: NewEntry, format: BodyFormat): void {
    this.#journal?.retry()
    this.#memory.add(record, format)
  }

  /** Whether dead letters of so many bytes fit, without dropping what is queued. */
  #hasRoom(bytes: number): boolean {
    const { accounting, settings } = this.#context
    return this.isOnDisk
      ? accounting.diskBytes + bytes <= settings.maxBytes
      : accounting.memoryBytes + bytes <= settings.maxMemoryBytes
  }

  /** Makes room in the files, according to the option `overflow`. False when there is none. */
  #makeRoom(bytes: number): boolean {
    const { accounting, settings } = this.#context
    if (this.#journal === undefined) return true
    if (bytes > Math.min(settings.maxBytes, MAX_RECORD_BYTES)) return false
    while (accounting.diskBytes + bytes > settings.maxBytes) {
      if (settings.overflow === 'reject-newest') return false
      const readers = [...(this.#takeover?.readers ?? []), this.#journal.reader]
      const reader = readers.find(({ segments }) => segments.some((segment) => !segment.isLeased))
      const oldest = reader?.segments.find((segment) => !segment.isLeased)
      if (reader === undefined || oldest === undefined) return false
      if (!oldest.isSealed) this.#journal.seal()
      // Sealing it may have deleted it.
      if (!oldest.isDeleted) reader.drop(oldest, 'overflow')
    }
    return true
  }

  lease(limits: LeaseLimits): Promise<Lease | undefined> {
    return this.#leasing.lease(limits)
  }

  /** In the order in which they are read: first what would be lost with the process. */
  get #readers(): JournalReader[] {
    const own = this.#journal ? [this.#journal.reader] : []
    return [this.#memory.reader, ...(this.#takeover?.readers ?? []), ...own]
  }

  deadLetter(
    format: BodyFormat,
    bodies: readonly Buffer[],
    spans: number,
    status: number,
  ): Promise<() => void> {
    return this.#deadLetters.add({ format, bodies, spans }, status)
  }

  redeliver(): Promise<number> {
    return this.#turns.run(async () => {
      if (this.#closing) return 0
      return this.#deadLetters.redeliver(
        (format, body, spans) => this.#enqueue(format, { body, spans }),
        (bytes) => this.#hasRoom(bytes),
      )
    })
  }

  async purge(purgeLeased = () => 0): Promise<number> {
    if (this.#closing) return 0
    await this.#takeover?.sweep()
    await this.#takeover?.purgeZstd()
    const spans = await this.#turns.run(async () => {
      if (this.#closing) return 0
      this.#journal?.seal()
      let queued = 0
      for (const reader of this.#readers) queued += reader.purge()
      queued += purgeLeased()
      return queued + (await this.#deadLetters.purge())
    })
    await purgeQuarantine(this.#context)
    await this.#context.tasks.idle()
    return spans
  }

  trackQueued(): () => number {
    return this.#context.accounting.trackQueued()
  }

  get size(): Queued {
    const { accounting, system } = this.#context
    const oldest = Math.min(...this.#readers.map((reader) => reader.oldest))
    const oldestAgeMillis = Number.isFinite(oldest) ? Math.max(0, system.now() - oldest) : 0
    return { spans: accounting.spans, bytes: accounting.bytes, oldestAgeMillis }
  }

  get unwritten(): number {
    return this.#memory.reader.unwrittenSpans + (this.#journal?.reader.unwrittenSpans ?? 0)
  }

  get isOnDisk(): boolean {
    return this.#journal?.isOnDisk ?? false
  }

  writeNow(): void {
    this.#journal?.writeNow()
    for (const reader of this.#takeover?.readers ?? []) reader.writeNow()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const stop of this.#timers) stop()
    await this.#takeover?.close()
    await this.#journal?.close()
    const { reader } = this.#memory
    for (const segment of [...reader.segments]) reader.drop(segment, 'shutdown')
    await this.#turns.run(() => this.#deadLetters.close())
    await this.#context.tasks.idle()
  }

  async #keepAlive(): Promise<void> {
    this.#journal?.retry()
    this.#journal?.sealDelivered()
    await this.#journal?.touch()
    await this.#takeover?.touch()
    // Others have to see a sign of life again before a long redelivery ends.
    if (this.isOnDisk && this.#turns.areIdle) await this.#turns.run(() => this.#deadLetters.persist())
  }
}
