import type { SessionFlush, SessionRecord } from '@otel-sessions/semconv/internal'
import type { Decision } from './decide.ts'
import { isComplete } from './fill.ts'
import type { FillSettings } from './fill-options.ts'

/**
 * Why a span waits no longer, though its trace goes on: its time is over (`time`), too many wait (`number`), or
 * everything was to be shipped (`flush`).
 */
export type GivenUp = 'time' | 'number' | 'flush'

interface Held<S> {
  readonly decision: Recorded<S>
  /** By the clock of `now()`. */
  readonly until: number
}

type Recorded<S> = Decision<S> & { readonly record: SessionRecord }

/** From how many on all that waits is not looked at with every batch, but every 100 ms: batches may be of one span. */
const MANY = 1000
const LOOK_AT_MANY_MILLIS = 100

/** Ships what waits of one processor's spans. */
export type Release = (flush: SessionFlush) => Promise<void>

/**
 * Spans without a session, in the order in which they came, that wait until no span of their trace is open. One
 * array and no index by trace: to look through it once costs less than a request.
 */
export class Hold<S> {
  #held: Held<S>[] = []
  #lookedAt = 0
  readonly #settings: FillSettings
  readonly #release: Release
  /** Where this is registered, while something waits. */
  readonly #holders = new Map<SessionFlush, () => Promise<void>>()

  constructor(settings: FillSettings, release: Release) {
    this.#settings = settings
    this.#release = release
  }

  get size(): number {
    return this.#held.length
  }

  /** Whether the span is to wait. Without a record nobody would know for what. */
  wants(decision: Decision<S>): decision is Recorded<S> {
    const { record } = decision
    if (record === undefined || this.#settings.holdMillis === 0 || isComplete(record)) return false
    const { count } = record.settings.flush
    // A processor that exports may hear of the end before ours does.
    return (record.endedAfter ?? count) === count
  }

  /** Keeps the span. Gives the one that has waited longest, if there are too many. */
  add(decision: Recorded<S>, now: number): Decision<S> | undefined {
    this.#listenTo(decision.record.settings.flush)
    this.#held.push({ decision, until: now + this.#settings.holdMillis })
    return this.#held.length > this.#settings.maxSpans ? this.#held.shift()?.decision : undefined
  }

  /** Takes out what has waited long enough: its trace is complete, or its time is over. */
  takeDue(now: number): Decision<S>[] {
    if (this.#held.length > MANY && now - this.#lookedAt < LOOK_AT_MANY_MILLIS) return []
    this.#lookedAt = now
    return this.#take(({ decision, until }) => until <= now || isComplete(decision.record))
  }

  /** Takes out everything, or what is one processor's. */
  takeAll(flush?: SessionFlush): Decision<S>[] {
    return this.#take(({ decision }) => flush === undefined || decision.record.settings.flush === flush)
  }

  #take(isTaken: (held: Held<S>) => boolean): Decision<S>[] {
    const taken: Decision<S>[] = []
    this.#held = this.#held.filter((held) => {
      if (!isTaken(held)) return true
      taken.push(held.decision)
      return false
    })
    if (this.#held.length === 0) this.#listenToNobody()
    return taken
  }

  #listenTo(flush: SessionFlush): void {
    if (this.#holders.has(flush)) return
    const holder = () => this.#release(flush)
    this.#holders.set(flush, holder)
    flush.releases.add(holder)
  }

  #listenToNobody(): void {
    for (const [{ releases }, holder] of this.#holders) releases.delete(holder)
    this.#holders.clear()
  }
}
