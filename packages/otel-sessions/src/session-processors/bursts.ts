import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { after, now } from '@otel-sessions/semconv/internal'

/**
 * The most spans that a processor with an unknown queue gets between two flushes. `BatchSpanProcessor` drops what exceeds
 * its queue of 2,048 spans, which also has the spans that did not wait.
 */
const BURST = 512

/** How long a flush is waited for, in milliseconds. */
const FLUSH_MILLIS = 10_000

/** How long all flushes for spans that were released together are waited for: less than the 30 s that a provider's may take. */
const ALL_FLUSHES_MILLIS = 20_000

/** How many spans a processor can take until it has sent some. */
export interface Room {
  /** In all. */
  readonly size: number
  /** Now. */
  readonly free: number
}

/** The processor that gets the spans. */
export interface Destination<S> {
  /** Passes a span on. Does not throw. */
  pass(span: S): void
  /** Flushes the processor. May reject. */
  flush(): Promise<void>
  /** How many spans it can take; undefined if that is unknown. */
  room(): Room | undefined
}

/**
 * Passes spans that have waited on to a processor, in bursts that its queue can take: a trace that completes releases
 * thousands of spans at once. Between the bursts the processor is flushed. Each processor has its own bursts, so that one
 * that fails or hangs takes nothing away from the others. It gets a span after the processor before it, whose changes to
 * the span it sees.
 */
export class Bursts<S> {
  readonly #to: Destination<S>
  readonly #before: Bursts<S> | undefined
  #next: Bursts<S> | undefined
  #queue: S[] = []
  /** How many were passed on since the last flush. */
  #passed = 0
  #draining: Promise<void> | undefined
  /** A flush was waited for in vain, and is not over yet. */
  #isHanging = false
  /** Stops waiting for a flush. */
  #giveUp = () => {}

  /** @param before the bursts of the processor before this one */
  constructor(to: Destination<S>, before?: Bursts<S>) {
    this.#to = to
    this.#before = before
    if (before !== undefined) before.#next = this
  }

  /** Passes spans on: at once as many as the processor can take, the others after it was flushed. */
  add(spans: readonly S[]): void {
    for (const span of spans) this.#queue.push(span)
    if (this.#draining !== undefined) return
    this.#passNow(this.#most())
    if (this.#queue.length === 0) return
    if (this.#isHanging) this.#passRest()
    else this.#draining = this.#drain()
  }

  /** The processor is flushed next: passes the rest on if its queue takes it, rather than wait for another flush. */
  fill(): void {
    const free = this.#to.room()?.free ?? BURST - this.#passed
    if (this.#queue.length <= free) this.#passNow(this.#queue.length)
  }

  /** Does not wait for a flush any longer: nothing keeps the process alive for it. */
  stopWaiting(): void {
    this.#giveUp()
  }

  /** Passes everything on within the call. */
  passAll(): void {
    this.#passRest()
    this.#giveUp()
  }

  /** How many spans are still to be passed on to this processor next. */
  get size(): number {
    return this.#queue.length
  }

  /** Whether spans are still to be passed on to this processor, or to one before it. */
  get hasMore(): boolean {
    return this.size > 0 || this.#before?.hasMore === true
  }

  /** Resolves when all spans are passed on, and the flushes between them are over; undefined if so. Never rejects. */
  get drained(): Promise<void> | undefined {
    return this.#before?.drained?.then(() => this.drained) ?? this.#draining
  }

  async #drain(): Promise<void> {
    const until = now() + ALL_FLUSHES_MILLIS
    let wasFull = false
    while (this.#queue.length > 0) {
      const millis = Math.min(FLUSH_MILLIS, until - now())
      const isInTime = !this.#isHanging && millis > 0 && (await this.#flush(millis))
      this.#passed = 0
      const most = isInTime ? this.#most() : 0
      // Spans that do not wait may fill a queue during a flush.
      const isFull = isInTime && most === 0
      if (most > 0) this.#passNow(most)
      else if (wasFull || !isFull) this.#passRest()
      wasFull = isFull
    }
    this.#draining = undefined
  }

  /** Passes everything on without waiting. `BatchSpanProcessor` empties its queue when the flush begins. */
  #passRest(): void {
    while (this.#queue.length > 0) {
      let free = this.#to.room()?.free
      if (free !== undefined && free <= 0) {
        this.#to.flush().catch(() => {})
        free = this.#to.room()?.free
      }
      // The processor knows best what to drop.
      this.#passNow(free === undefined || free <= 0 ? this.#queue.length : free)
    }
    this.#passed = 0
  }

  /**
   * Flushes the processor. One that fails has emptied its queue as well.
   *
   * @returns whether it did so in time
   */
  #flush(millis: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#giveUp = () => {
        this.#isHanging = true
        resolve(false)
      }
      // It does not keep the process alive. `stopWaiting` is called when that is about to end.
      const timer = after(millis, this.#giveUp)
      const over = () => {
        timer.cancel()
        this.#giveUp = () => {}
        this.#isHanging = false
        resolve(true)
      }
      this.#to.flush().then(over, over)
    })
  }

  /** How many spans the processor can take now. Half of a queue is left to spans that do not wait. */
  #most(): number {
    const room = this.#to.room()
    const most = room === undefined ? BURST - this.#passed : room.free - Math.floor(room.size / 2)
    return Math.max(0, most)
  }

  #passNow(count: number): void {
    const spans = this.#queue.splice(0, count)
    if (spans.length === 0) return
    this.#passed += spans.length
    // Not in the context of the request that has ended a span by chance.
    context.with(ROOT_CONTEXT, () => {
      for (const span of spans) this.#to.pass(span)
    })
    this.#next?.add(spans)
  }
}
