import { type QueueContext, RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES } from '../../journal/index.ts'
import { countDropped, type DroppedReason } from '../../stats.ts'
import type { JournalQueue } from '../journal-queue.ts'
import { type DeadLetter, partsOf, spansOfBody } from './file.ts'
import { DeadLetterFolder } from './folder.ts'
import { Redelivery } from './redelivery.ts'

const ENDING =
  'the endpoint rejected them, and the process is ending; only the option directory keeps them longer'

/** A letter in memory. */
interface KeptLetter {
  readonly letter: DeadLetter
  readonly status: number
}

/** The bodies that endpoints rejected for good: kept in a folder if possible, else in memory, until `redeliver()`. */
export class DeadLetters {
  readonly #context: QueueContext
  readonly #folder: DeadLetterFolder | undefined
  readonly #redelivery: Redelivery | undefined
  /** What the folder could not take, the oldest first. */
  #inMemory: KeptLetter[] = []
  #memoryBytes = 0
  /** How often they were purged: what is being written then is purged, too. */
  #purges = 0
  #isClosed = false

  constructor(context: QueueContext, journal: JournalQueue | undefined) {
    const { directory } = context.settings
    this.#context = context
    if (directory === undefined || journal === undefined) return
    this.#folder = new DeadLetterFolder(context, directory, journal)
    this.#redelivery = new Redelivery(context, this.#folder, journal)
  }

  /** Resolves to a function that counts it, see `SpanQueue.deadLetter`. */
  async add(letter: DeadLetter, status: number): Promise<() => void> {
    // All in this turn, so that a purge meets all of them or none.
    const counts = await Promise.all(partsOf(letter).map((part) => this.#add(part, status)))
    return () => {
      for (const count of counts) count()
    }
  }

  async #add(letter: DeadLetter, status: number): Promise<() => void> {
    const purges = this.#purges
    const count = await this.#folder?.add(letter, status)
    return (
      count ??
      (() => {
        const kept = { letter, status }
        this.#context.accounting.counters.rejected += letter.spans
        if (this.#purges === purges) this.#keepInMemory([kept])
        else this.#drop(kept, 'purged')
      })
    )
  }

  /**
   * Queues all dead letters again; those that cannot be, or for which the queue has no room, stay. The caller has to wait
   * before it calls this, `purge`, `persist` or `close` again.
   *
   * @param enqueue takes one body
   * @param hasRoom whether the queue may grow by so many bytes
   */
  async redeliver(
    enqueue: (format: DeadLetter['format'], body: Buffer, spans: number) => void,
    hasRoom: (bytes: number) => boolean,
  ): Promise<number> {
    const { accounting } = this.#context
    let redelivered = 0
    for (const kept of this.#takeMemory()) {
      const { format, bodies, spans } = kept.letter
      // Each body may begin a segment.
      const headers = bodies.length * (SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES)
      if (!hasRoom(headers + bytesOf(kept))) {
        this.#keepInMemory([kept])
        continue
      }
      redelivered += spans
      for (const [index, body] of bodies.entries()) {
        const ofBody = spansOfBody(spans, index, bodies.length)
        accounting.counters.redelivered += ofBody
        enqueue(format, body, ofBody)
      }
    }
    return redelivered + ((await this.#redelivery?.redeliver(hasRoom)) ?? 0)
  }

  /** Deletes all dead letters; returns how many spans they had. */
  async purge(): Promise<number> {
    this.#purges += 1
    const spans = this.#dropMemory('purged')
    return spans + ((await this.#folder?.purge()) ?? 0)
  }

  /** Moves to the disk what memory has, as far as it can be written now. */
  async persist(): Promise<void> {
    const { counters } = this.#context.accounting
    const letters = this.#folder === undefined ? [] : this.#takeMemory()
    for (const [index, { letter, status }] of letters.entries()) {
      const count = await this.#folder?.add(letter, status)
      if (count === undefined) {
        this.#keepInMemory(letters.slice(index))
        return
      }
      counters.rejected -= letter.spans
      count()
    }
  }

  /** What only memory has is lost with the process, unless it can be written now. */
  async close(): Promise<void> {
    await this.#folder?.idle()
    await this.persist()
    this.#isClosed = true
    this.#dropMemory('rejected', ENDING)
  }

  /** Keeps letters that count as rejected. */
  #keepInMemory(letters: readonly KeptLetter[]): void {
    this.#inMemory.push(...letters)
    for (const kept of letters) this.#memoryBytes += bytesOf(kept)
    if (this.#isClosed) this.#dropMemory('rejected', ENDING)
    while (this.#memoryBytes > this.#context.settings.maxRejectedBytes) {
      const oldest = this.#inMemory.shift()
      if (oldest === undefined) return
      this.#memoryBytes -= bytesOf(oldest)
      this.#drop(oldest, 'rejected')
    }
  }

  #takeMemory(): readonly KeptLetter[] {
    const letters = this.#inMemory
    this.#inMemory = []
    this.#memoryBytes = 0
    return letters
  }

  #dropMemory(reason: DroppedReason, why?: string): number {
    const letters = this.#takeMemory()
    for (const letter of letters) this.#drop(letter, reason, why)
    return letters.reduce((sum, { letter }) => sum + letter.spans, 0)
  }

  #drop({ letter: { spans } }: KeptLetter, reason: DroppedReason, why?: string): void {
    const { counters } = this.#context.accounting
    counters.rejected -= spans
    countDropped(counters, reason, spans, why)
  }
}

const bytesOf = ({ letter }: KeptLetter): number => letter.bodies.reduce((sum, body) => sum + body.length, 0)
