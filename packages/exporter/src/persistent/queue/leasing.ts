import {
  decompress,
  type JournalEntry,
  type JournalReader,
  type LeasedRange,
  type QueueContext,
  type Segment,
} from '../journal/index.ts'
import type { Lease, LeaseLimits } from './index.ts'
import type { JournalQueue } from './journal-queue.ts'
import { PutBack } from './put-back.ts'

/** What leasing needs of the queue. */
export interface LeasingHost {
  /** In the order in which they are read. */
  readers(): readonly JournalReader[]
  isClosing(): boolean
}

/** Leases records from memory and from all journals of a queue. */
export class Leasing {
  readonly #context: QueueContext
  readonly #journal: JournalQueue | undefined
  readonly #host: LeasingHost
  readonly #putBack: PutBack | undefined

  /** @param journal that of this process */
  constructor(context: QueueContext, journal: JournalQueue | undefined, host: LeasingHost) {
    this.#context = context
    this.#journal = journal
    this.#host = host
    this.#putBack = journal && new PutBack(context, journal)
  }

  /** See `SpanQueue.lease`. */
  async lease(limits: LeaseLimits): Promise<Lease | undefined> {
    // A crash repeats what the checkpoint does not know of.
    const marked = Promise.all(this.#host.readers().map((reader) => reader.marked))
    if (this.#journal !== undefined) await this.#context.disk.unlessHanging(marked)
    while (!this.#host.isClosing()) {
      const next = this.#next(limits)
      if (next === undefined) return undefined
      const { reader, found } = next
      if (isRange(found)) {
        const lease = await this.#leaseOf(reader, found)
        if (lease !== undefined) return lease
      } else await this.#context.disk.unlessHanging(reader.load(found, () => this.#host.isClosing()))
    }
    return undefined
  }

  /** The next range, or the segment that has to be loaded for it. */
  #next(limits: LeaseLimits): { reader: JournalReader; found: LeasedRange | Segment } | undefined {
    const readers = this.#host.readers()
    if (readers.reduce((sum, { leases }) => sum + leases, 0) >= this.#context.window) return undefined
    for (const reader of readers) {
      const found = reader.lease(limits)
      // While the disk hangs, what is in memory need not wait for files.
      const isReady = found !== undefined && (isRange(found) || !this.#context.disk.isHanging)
      if (isReady) return { reader, found }
    }
    return undefined
  }

  /** A range as the sender gets it; undefined when none of its bodies can be read. */
  async #leaseOf(reader: JournalReader, range: LeasedRange): Promise<Lease | undefined> {
    const format = range.entries[0]?.segment.format ?? 'protobuf'
    const bodies: Buffer[] = []
    let spans = 0
    let bytes = 0
    for (const entry of range.entries) {
      const body = entry.compression === 'none' ? entry.body : await decompressed(entry)
      if (body === undefined) {
        this.#context.accounting.counters.corrupt += 1
        entry.segment.drop(entry, 'corrupt')
        continue
      }
      bodies.push(body)
      spans += entry.spans
      bytes += entry.bytes
    }
    if (bodies.length === 0) {
      reader.ack(range)
      return undefined
    }
    let isAnswered = false
    const answer = (act: () => void) => () => {
      if (!isAnswered) act()
      isAnswered = true
    }
    const ack = answer(() => reader.ack(range))
    const since = Math.min(...range.entries.map(({ at }) => at))
    return {
      ...{ format, bodies, spans, bytes, ack },
      nack: answer(() => this.#nack(reader, range)),
      setApart: () => reader.setApart(range),
      // What memory has beside a journal is written at the end, if the disk takes it.
      isStored: this.#journal !== undefined,
      lapsed: () => this.#lapsed(range),
      ackExcept: async (rest, settle) =>
        (await this.#putBack?.write({ format, records: rest, since }, settle, ack)) ?? false,
    }
  }

  #lapsed({ entries }: LeasedRange): ReturnType<Lease['lapsed']> {
    const { settings, system } = this.#context
    const lapsed = entries.find(({ segment }) => segment.lapsed)?.segment.lapsed
    if (lapsed !== undefined) return lapsed
    const oldest = system.now() - settings.maxAge
    return entries.every(({ at }) => at < oldest) ? 'expired' : undefined
  }

  /** Records that are too old are dropped now that they were tried, and not before. */
  #nack(reader: JournalReader, range: LeasedRange): void {
    const { settings, system } = this.#context
    const oldest = system.now() - settings.maxAge
    for (const entry of range.entries) {
      const { lapsed } = entry.segment
      if (lapsed !== undefined) entry.segment.drop(entry, lapsed)
      else if (entry.at < oldest) entry.segment.drop(entry, 'expired')
    }
    reader.nack(range)
  }
}

const isRange = (found: LeasedRange | Segment): found is LeasedRange => 'state' in found

const decompressed = async ({ body, compression, bytes }: JournalEntry): Promise<Buffer | undefined> =>
  body && compression !== 'none' ? decompress(body, compression, bytes) : body
