import { findSegment, type QueueContext } from '../journal/index.ts'
import { countDropped, type DroppedReason } from '../stats.ts'
import { type DeadLetter, DeadLetterFolder, spansOfBody } from './dead-letter-folder.ts'
import type { JournalQueue } from './journal-queue.ts'

/** The bodies that endpoints rejected for good: kept in a folder if possible, else in memory, until `redeliver()`. */
export class DeadLetters {
  readonly #context: QueueContext
  readonly #journal: JournalQueue | undefined
  readonly #folder: DeadLetterFolder | undefined
  /** What the folder could not take, the oldest first. */
  #inMemory: DeadLetter[] = []
  #memoryBytes = 0

  constructor(context: QueueContext, journal: JournalQueue | undefined) {
    const { directory } = context.settings
    this.#context = context
    this.#journal = journal
    this.#folder =
      directory === undefined ? undefined : new DeadLetterFolder(context, directory, () => journal?.path)
  }

  /** Resolves to a function that counts it, see `SpanQueue.deadLetter`. */
  async add(letter: DeadLetter, status: number): Promise<() => void> {
    const count = await this.#folder?.add(letter, status)
    return count ?? (() => this.#keepInMemory(letter))
  }

  /**
   * Queues all dead letters again; those that cannot be stay.
   *
   * @param enqueue takes one body
   * @param makeRoom whether the files of the queue may grow by so many bytes
   */
  async redeliver(
    enqueue: (format: DeadLetter['format'], body: Buffer, spans: number) => void,
    makeRoom: (bytes: number) => boolean,
  ): Promise<number> {
    const { accounting } = this.#context
    let redelivered = 0
    for (const { format, bodies, spans } of this.#takeMemory()) {
      accounting.counters.redelivered += spans
      redelivered += spans
      for (const [index, body] of bodies.entries()) {
        enqueue(format, body, spansOfBody(spans, index, bodies.length))
      }
    }
    const journal = this.#journal
    const folder = this.#folder
    if (journal === undefined || folder === undefined) return redelivered
    for (const file of await folder.list()) {
      const found = await findSegment(this.#context, { number: 0, path: file.path }, { isFresh: true })
      if (typeof found === 'string') continue
      const { segment, scanned } = found
      if (!journal.isOnDisk || segment.size === 0 || !makeRoom(segment.size)) continue
      if (!journal.insert((path) => folder.moveTo(file, path), segment)) continue
      accounting.counters.corrupt += scanned.corrupt
      redelivered += segment.spans + scanned.corruptSpans
      accounting.enterRedelivered(segment, scanned.corruptSpans)
      journal.reader.tidy()
    }
    return redelivered
  }

  /** Deletes all dead letters; returns how many spans they had. */
  async purge(): Promise<number> {
    let spans = this.#dropMemory('purged')
    for (const file of (await this.#folder?.list()) ?? []) {
      if (await this.#folder?.delete(file, 'purged')) spans += file.spans
    }
    return spans
  }

  /** What only memory has is lost with the process. */
  close(): void {
    this.#dropMemory('rejected')
  }

  #keepInMemory(letter: DeadLetter): void {
    this.#inMemory.push(letter)
    this.#memoryBytes += bytesOf(letter)
    this.#context.accounting.counters.rejected += letter.spans
    while (this.#memoryBytes > this.#context.settings.maxRejectedBytes) {
      const oldest = this.#inMemory.shift()
      if (oldest === undefined) return
      this.#memoryBytes -= bytesOf(oldest)
      this.#drop(oldest, 'rejected')
    }
  }

  #takeMemory(): readonly DeadLetter[] {
    const letters = this.#inMemory
    this.#inMemory = []
    this.#memoryBytes = 0
    return letters
  }

  #dropMemory(reason: DroppedReason): number {
    const letters = this.#takeMemory()
    for (const letter of letters) this.#drop(letter, reason)
    return letters.reduce((sum, { spans }) => sum + spans, 0)
  }

  #drop({ spans }: DeadLetter, reason: DroppedReason): void {
    const { counters } = this.#context.accounting
    counters.rejected -= spans
    countDropped(counters, reason, spans)
  }
}

const bytesOf = ({ bodies }: DeadLetter): number => bodies.reduce((sum, body) => sum + body.length, 0)
