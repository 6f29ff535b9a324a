import type { BodyFormat } from '../encoder/codec.ts'
import type { QueueContext } from '../journal/context.ts'
import { countDropped, type DroppedReason } from '../stats.ts'

/** What one request was refused with. */
export interface DeadLetter {
  readonly format: BodyFormat
  readonly bodies: readonly Buffer[]
  readonly spans: number
}

/** How many spans each body has is not known, only how many they have together: they are spread evenly. */
export const shareOf = (spans: number, index: number, bodies: number): number =>
  Math.floor((spans * (index + 1)) / bodies) - Math.floor((spans * index) / bodies)

/** What the receiver refused for good, where there is no folder for it. */
export class DeadLetterMemory {
  readonly #shared: QueueContext
  #all: DeadLetter[] = []
  #bytes = 0

  constructor(shared: QueueContext) {
    this.#shared = shared
  }

  add(refused: DeadLetter): void {
    this.#all.push(refused)
    this.#bytes += bytesOf(refused)
    this.#shared.accounting.counters.rejected += refused.spans
    while (this.#bytes > this.#shared.settings.maxRejectedBytes) {
      const oldest = this.#all.shift()
      if (oldest === undefined) return
      this.#bytes -= bytesOf(oldest)
      this.#drop(oldest, 'rejected')
    }
  }

  /** Takes out all of it, to be queued again. */
  takeAll(): readonly DeadLetter[] {
    const all = this.#all
    this.#all = []
    this.#bytes = 0
    return all
  }

  /** Drops all of it, and says how many spans that were. */
  clear(reason: DroppedReason): number {
    const all = this.takeAll()
    for (const refused of all) this.#drop(refused, reason)
    return all.reduce((sum, { spans }) => sum + spans, 0)
  }

  #drop({ spans }: DeadLetter, reason: DroppedReason): void {
    const { counters } = this.#shared.accounting
    counters.rejected -= spans
    countDropped(counters, reason, spans)
  }
}

const bytesOf = ({ bodies }: DeadLetter): number => bodies.reduce((sum, body) => sum + body.length, 0)
