import type { QueueContext } from '../journal/context.ts'
import { summarize } from '../journal/summarize.ts'
import { DeadLetterFolder } from './dead-letter-folder.ts'
import { type DeadLetter, DeadLetterMemory, shareOf } from './dead-letter-memory.ts'
import type { OwnJournal } from './own-journal.ts'

/** What the receiver refused for good: kept in a folder if possible, else in memory, until somebody asks for it. */
export class DeadLetters {
  readonly #shared: QueueContext
  readonly #journal: OwnJournal | undefined
  readonly #folder: DeadLetterFolder | undefined
  readonly #memory: DeadLetterMemory

  constructor(shared: QueueContext, journal: OwnJournal | undefined) {
    const { directory } = shared.settings
    this.#shared = shared
    this.#journal = journal
    this.#folder = directory === undefined ? undefined : new DeadLetterFolder(shared, directory)
    this.#memory = new DeadLetterMemory(shared)
  }

  /** Resolves to what counts it, see `Store.reject`. */
  async add(refused: DeadLetter, status: number): Promise<() => void> {
    const count = await this.#folder?.add(refused, status)
    return count ?? (() => this.#memory.add(refused))
  }

  /**
   * Puts all of it into the queue again; what cannot be, stays.
   *
   * @param append takes one body
   * @param makeRoom whether the journal may grow by so many bytes
   */
  async redeliver(
    append: (format: DeadLetter['format'], body: Buffer, spans: number) => void,
    makeRoom: (bytes: number) => boolean,
  ): Promise<number> {
    const { accounting: ledger } = this.#shared
    let redelivered = 0
    for (const { format, bodies, spans } of this.#memory.takeAll()) {
      ledger.counters.redelivered += spans
      redelivered += spans
      for (const [index, body] of bodies.entries()) append(format, body, shareOf(spans, index, bodies.length))
    }
    const journal = this.#journal
    const folder = this.#folder
    if (journal === undefined || folder === undefined) return redelivered
    for (const file of await folder.list()) {
      const summary = await summarize(this.#shared, 0, file.path, 0, true)
      if (summary === 'unreadable') continue
      const { segment } = summary
      if (!journal.isOnDisk || segment.size === 0 || !makeRoom(segment.size)) continue
      if (!journal.insert((path) => folder.moveTo(file, path), segment)) continue
      ledger.counters.corrupt += summary.corrupt
      redelivered += segment.spans + summary.corruptSpans
      ledger.redeliver(segment, summary.corruptSpans)
      journal.reader.tidy()
    }
    return redelivered
  }

  /** What only memory has is lost with the process. */
  close(): void {
    this.#memory.clear('rejected')
  }

  /** Deletes all of it, and says how many spans that were. */
  async purge(): Promise<number> {
    let spans = this.#memory.clear('purged')
    for (const file of (await this.#folder?.list()) ?? []) {
      if (await this.#folder?.delete(file, 'purged')) spans += file.spans
    }
    return spans
  }
}
