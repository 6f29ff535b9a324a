import type { SessionFlush } from '@otel-sessions/semconv'
import type { Decision } from './decide.ts'
import { isComplete } from './fill.ts'
import type { FillSettings } from './fill-options.ts'

/** Why a span waits no longer, though its trace is not complete. */
export type GivenUp = 'time' | 'number' | 'flush'

interface Held<S> {
  readonly decision: Decision<S>
  /** In milliseconds since the epoch. */
  readonly until: number
}

/**
 * Spans without a session, in the order in which they came, that wait until no span of their trace is open. One
 * array and no index by trace: a batch looks through it once, which costs less than a request.
 */
export class Hold<S> {
  #held: Held<S>[] = []
  readonly #settings: FillSettings
  readonly #release: () => Promise<void>
  readonly #flushes = new Set<SessionFlush>()

  /** @param release ships all that waits; a flush of the processor calls it */
  constructor(settings: FillSettings, release: () => Promise<void>) {
    this.#settings = settings
    this.#release = release
  }

  get size(): number {
    return this.#held.length
  }

  /** Whether the span is to wait. Without a record nobody would know for what. */
  wants({ record }: Decision<S>): boolean {
    if (record === undefined || this.#settings.holdMillis === 0 || isComplete(record)) return false
    const { count } = record.settings.flush
    // A processor that exports may hear of the end before ours does.
    return (record.endedAfter ?? count) === count
  }

  /** Keeps the span. Gives the one that has waited longest, if there are too many. */
  add(decision: Decision<S>, now: number): Decision<S> | undefined {
    this.#listenTo(decision)
    this.#held.push({ decision, until: now + this.#settings.holdMillis })
    return this.#held.length > this.#settings.maxSpans ? this.#held.shift()?.decision : undefined
  }

  /** Takes out what has waited long enough: its trace is complete, or its time is over. */
  takeDue(now: number): { decision: Decision<S>; givenUp: GivenUp | undefined }[] {
    const due: { decision: Decision<S>; givenUp: GivenUp | undefined }[] = []
    this.#held = this.#held.filter(({ decision, until }) => {
      const givenUp = isOver(decision) ? undefined : until <= now ? 'time' : null
      if (givenUp === null) return true
      due.push({ decision, givenUp })
      return false
    })
    return due
  }

  /** Takes out everything. */
  takeAll(): Decision<S>[] {
    const all = this.#held.map(({ decision }) => decision)
    this.#held = []
    return all
  }

  /** No flush of a processor reaches this any more. */
  close(): void {
    for (const { holders } of this.#flushes) holders.delete(this.#release)
    this.#flushes.clear()
  }

  #listenTo({ record }: Decision<S>): void {
    const flush = record?.settings.flush
    if (flush === undefined || this.#flushes.has(flush)) return
    this.#flushes.add(flush)
    flush.holders.add(this.#release)
  }
}

const isOver = ({ record }: Decision<unknown>) => record === undefined || isComplete(record)
