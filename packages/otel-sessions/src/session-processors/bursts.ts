import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { after } from '@otel-sessions/semconv/internal'

/**
 * The most spans that are passed on between two flushes, whatever the queue is. `BatchSpanProcessor` drops what exceeds its
 * queue of 2,048 spans, which also has the spans that did not wait.
 */
const BURST = 512

/** How long a flush may take until the rest is passed on without waiting, in milliseconds. */
const FLUSH_MILLIS = 10_000

/** How many spans a processor can take until it has sent some. */
export interface Room {
  /** In all. */
  readonly size: number
  /** Now. */
  readonly free: number
}

/** The processors that get the spans, together. */
export interface Destination<S> {
  /** Passes a span on to all of them. */
  passOn(span: S): void
  /** Flushes all of them. May reject. */
  flush(): Promise<unknown>
  /** How many spans each of them can take; undefined if that is unknown. */
  rooms(): readonly (Room | undefined)[]
}

/**
 * Passes spans that have waited on to processors, in bursts that their queues can take: a trace that completes releases
 * thousands of spans at once. Between the bursts the processors are flushed.
 */
export class Bursts<S> {
  readonly #to: Destination<S>
  #queue: S[] = []
  /** How many were passed on since the last flush. */
  #passed = 0
  #draining: Promise<void> | undefined
  /** Stops waiting for a flush. */
  #giveUp = () => {}

  constructor(to: Destination<S>) {
    this.#to = to
  }

  /** Passes spans on: at once as many as the processors can take, the others after they were flushed. */
  add(spans: readonly S[]): void {
    for (const span of spans) this.#queue.push(span)
    if (this.#draining !== undefined) return
    this.#passNow(this.#most())
    if (this.hasMore) this.#draining = this.#drain()
  }

  /** The processors are flushed next: passes the rest on if their queues take it, rather than wait for another flush. */
  fill(): void {
    if (this.hasMore && this.#queue.length <= this.#most(true)) this.#passNow(this.#queue.length)
  }

  /** Passes everything on, and does not wait any longer. */
  passAll(): void {
    this.#passRest()
    this.#giveUp()
  }

  /** Whether spans are still to be passed on. */
  get hasMore(): boolean {
    return this.#queue.length > 0
  }

  /** Resolves when all spans are passed on, and the flushes between them are over; undefined if so. Never rejects. */
  get drained(): Promise<void> | undefined {
    return this.#draining
  }

  async #drain(): Promise<void> {
    let wasFull = false
    while (this.hasMore) {
      const isFlushed = await this.#flush()
      this.#passed = 0
      const most = isFlushed ? this.#most() : 0
      // Spans that do not wait may fill a queue during a flush.
      const isFull = isFlushed && most === 0
      if (most > 0) this.#passNow(most)
      else if (wasFull || !isFull) this.#passRest()
      wasFull = isFull
    }
    this.#draining = undefined
  }

  /** The processors cannot take the spans in time. They know best what to drop. */
  #passRest(): void {
    this.#passNow(this.#queue.length)
    this.#passed = 0
  }

  /** @returns whether the processors were flushed in time */
  #flush(): Promise<boolean> {
    return new Promise((resolve) => {
      // It does not keep the process alive. `passAll` is called when that is about to end.
      const timer = after(FLUSH_MILLIS, () => resolve(false))
      this.#giveUp = () => resolve(false)
      this.#to
        .flush()
        .then(() => resolve(true))
        .catch(() => resolve(false))
        .finally(timer.cancel)
    })
  }

  /** How many spans the processors can take now. Half of a queue is left to spans that do not wait. */
  #most(isFlushedNext = false): number {
    const burst = Math.max(0, BURST - this.#passed)
    const most = this.#to.rooms().map((room) => {
      if (room === undefined) return burst
      return isFlushedNext ? room.free : Math.min(burst, room.free - Math.floor(room.size / 2))
    })
    return Math.max(0, Math.min(...most))
  }

  #passNow(count: number): void {
    const spans = this.#queue.splice(0, count)
    this.#passed += spans.length
    // Not in the context of the request that has ended a span by chance.
    context.with(ROOT_CONTEXT, () => {
      for (const span of spans) this.#to.passOn(span)
    })
  }
}
