import { dirname, join } from 'node:path'
import type { BodyFormat, Encoded } from '../encoder/codec.ts'
import {
  findSegment,
  type QueueContext,
  type Segment,
  segmentOf,
  syncFolderNow,
  UNFINISHED_HELD_NAME,
} from '../journal/index.ts'
import type { JournalQueue } from './journal-queue.ts'
import { Turns } from './turns.ts'

/** What is left of a batch. */
interface Rest {
  readonly format: BodyFormat
  readonly records: readonly Encoded[]
  /** When the oldest of it was queued, by the clock that is never set back. */
  readonly since: number
}

/**
 * Puts back into the journal what is left of a batch of which some has an answer: as a segment of its own. It may exceed
 * the option `maxBytes`, by what was being sent.
 */
export class PutBack {
  readonly #context: QueueContext
  readonly #journal: JournalQueue
  /** They are written under the same name. */
  readonly #turns = new Turns()

  constructor(context: QueueContext, journal: JournalQueue) {
    this.#context = context
    this.#journal = journal
  }

  /**
   * Writes the rest of a batch, and has the batch acked then. A crash in between leaves both. Never rejects.
   *
   * @param settle see `Lease.ackExcept`
   * @param ack called in the turn in which the rest is queued
   */
  write(rest: Rest, settle: () => Promise<() => void>, ack: () => void): Promise<boolean> {
    return this.#turns.run(() => this.#write(rest, settle, ack)).catch(() => false)
  }

  async #write(rest: Rest, settle: () => Promise<() => void>, ack: () => void): Promise<boolean> {
    const { accounting, disk, settings, system } = this.#context
    const folder = this.#journal.path
    if (folder === undefined || !this.#journal.isOnDisk) return false
    const unfinished = join(folder, UNFINISHED_HELD_NAME)
    let segment: Segment | undefined
    await disk.unlessHanging(
      this.#writeFile(rest, unfinished).then((found) => {
        segment = found
      }),
    )
    if (segment === undefined) return false
    // The batch gives back as much when its files are deleted. No other span has to make room in between.
    segment.takeNoRoom()
    const count = await settle()
    const move = (path: string) => {
      try {
        system.fs.renameSync(unfinished, path)
        // The batch may be deleted from now on.
        if (settings.fsync !== 'never') syncFolderNow(system, dirname(path))
        return true
      } catch {
        return false
      }
    }
    if (!this.#journal.insert(move, segment)) return false
    accounting.enter(segment)
    count()
    ack()
    return true
  }

  /** Never rejects. */
  async #writeFile({ format, records, since }: Rest, path: string): Promise<Segment | undefined> {
    const { settings, system } = this.#context
    const epoch = since + system.wall() - system.now()
    try {
      const file = await system.fs.promises.open(path, 'w', 0o600)
      try {
        await file.writeFile(Buffer.concat(segmentOf(format, records, epoch)))
        if (settings.fsync !== 'never') await file.datasync()
      } finally {
        await file.close()
      }
    } catch {
      return undefined
    }
    const found = await findSegment(this.#context, { number: 0, path }, {})
    return typeof found !== 'string' && found.scanned.corrupt === 0 ? found.segment : undefined
  }
}
