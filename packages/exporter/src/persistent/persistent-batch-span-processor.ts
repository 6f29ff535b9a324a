import { logUnheard, now, within } from '@otel-sessions/semconv/internal'
import { DEADLINES, type Deadlines } from '../deadlines.ts'
import { problems } from '../problems.ts'
import { TAKE_OPTIONS } from '../validation/given-options.ts'
import type { ValidationOptions } from '../validation/options.ts'
import { ExitBudget, onProcessExit } from './exit.ts'
import { DeliveryMetrics } from './metrics.ts'
import type { PersistentBatchSpanProcessorOptions } from './options.ts'
import { Pipeline } from './pipeline.ts'
import type { EndedSpan } from './resource-wait.ts'
import { type ProcessorSettings, settingsOf } from './settings.ts'
import { isSampled } from './span-buffer.ts'
import {
  countDropped,
  type DeliveryCounters,
  type DeliveryStats,
  growthOf,
  lossesOf,
  newDeliveryCounters,
  spansText,
} from './stats.ts'

/** How long the end of a process waits for an endpoint that answers nothing, if the journal keeps what is left. */
const PATIENCE_MILLIS = 2000

/** The part of the time for a shutdown that is kept for closing the files of the journal. */
const CLOSING_PART = 0.1
/** The least time for that. */
const CLOSING_MILLIS = 1000

/**
 * Delivers ended spans, in place of `BatchSpanProcessor` and an OTLP exporter: each is delivered at least once, or
 * counted as dropped with the reason. With a directory this includes crashes: the next process delivers the journal.
 *
 * It never throws into the application, and never delays the exit of the process past a deadline, unless a call of the
 * file system hangs. Only a burst of spans, or `durability: 'span'`, is written within `span.end()`.
 *
 * @example new PersistentBatchSpanProcessor({ url: 'http://localhost:4318/v1/traces', directory: '/var/lib/my-app/spans' })
 */
export class PersistentBatchSpanProcessor {
  readonly #settings: ProcessorSettings
  readonly #counters: DeliveryCounters = newDeliveryCounters()
  readonly #metrics: DeliveryMetrics | undefined
  readonly #pipeline: Pipeline
  readonly #exitBudget: ExitBudget
  readonly #removeExitHandler: () => void
  /** The event loop has run empty at least once. */
  #hasRunEmpty = false
  #isExiting = false
  #isSessionSet: boolean
  #shutdown: Promise<void> | undefined

  /**
   * Creates a processor.
   *
   * @throws TypeError or RangeError for an invalid option; the message names it
   */
  constructor(options?: PersistentBatchSpanProcessorOptions) {
    const settings = settingsOf(options)
    const { meterProvider, sender, queue } = settings
    this.#settings = settings
    this.#isSessionSet = settings.isSessionSet
    this.#metrics =
      meterProvider &&
      new DeliveryMetrics(meterProvider, sender.url, queue.format, this.#counters, () => ({
        ...this.#pipeline.queue.size,
        spansInRequests: this.#pipeline.sender.spansInRequests,
      }))
    try {
      this.#pipeline = new Pipeline(settings, this.#counters, this.#metrics)
    } catch (error) {
      this.#metrics?.shutdown()
      throw error
    }
    this.#exitBudget = new ExitBudget(settings.shutdownTimeoutMillis)
    this.#removeExitHandler = onProcessExit({
      beforeExit: () => this.#beforeExit(),
      exit: () => this.#atExit(),
      // The application may catch it: then a disk that fails must not stop it.
      uncaught: () => {
        if (this.#pipeline.queue.isOnDisk) this.#writeNow()
      },
    })
  }

  /** Part of the span processor interface; does nothing. */
  onStart(): void {}

  /** Queues an ended span for delivery, if it is sampled. */
  onEnd(span: EndedSpan): void {
    logUnheard()
    try {
      if (!isSampled(span)) return
      this.#counters.ended++
    } catch {
      this.#counters.ended++
      countDropped(this.#counters, 'unreadable', 1)
      return
    }
    if (this.#shutdown !== undefined) countDropped(this.#counters, 'after-shutdown', 1)
    else this.#pipeline.add(span)
    // In an exit listener that is called after ours.
    if (this.#isExiting) this.#writeNow()
  }

  /**
   * Sends all spans that have ended, and the journals of dead processes.
   *
   * @returns resolves when the endpoint has acknowledged them; rejects at the deadline `exportTimeoutMillis`, or at once
   *   if the endpoint has asked to wait longer, with the number of spans that are left (they stay queued); rejects, too, if spans were lost or rejected, with their number and reason
   */
  forceFlush(): Promise<void> {
    logUnheard()
    return this.#shutdown ?? this.#flush()
  }

  /**
   * Sends what it can until the deadline `shutdownTimeoutMillis`, and closes. With a directory it stops earlier, when the
   * endpoint has answered nothing for 2 seconds or has asked to wait longer, and the rest stays in the journal for the
   * next process. Without one, the rest is lost.
   *
   * @returns the same promise to every caller; rejects if spans are lost, with their number and reason
   */
  shutdown(): Promise<void> {
    logUnheard()
    this.#shutdown ??= this.#shutDown()
    return this.#shutdown
  }

  /** What has ended, was delivered, is queued and was lost so far; plain data. */
  stats(): DeliveryStats {
    logUnheard()
    const { queue, buffered, sessionStats } = this.#pipeline
    const { size, unwritten, isOnDisk } = queue
    const { dropped, ...counts } = this.#counters
    return {
      ...counts,
      dropped: { ...dropped },
      queued: size,
      buffered,
      unwritten,
      isOnDisk,
      session: sessionStats,
    }
  }

  /**
   * Puts rejected spans back into the queue, once the reason is fixed, such as a token or a URL.
   *
   * @returns resolves to the number of spans
   */
  async redeliver(): Promise<number> {
    const spans = await this.#pipeline.queue.redeliver()
    this.#pipeline.sender.wake()
    return spans
  }

  /**
   * Deletes queued spans, rejected spans, and the journals of dead processes. A request in flight is not aborted, and no
   * further one starts with spans of its batch.
   *
   * @returns resolves to the number of spans, without those in a request, which may still be delivered.
   *   `stats().dropped.purged` counts them; those of a batch in flight, once its request has an answer
   */
  async purge(): Promise<number> {
    this.#pipeline.fillNow()
    const { queue, sender } = this.#pipeline
    await queue.ready
    return queue.purge(() => sender.purge())
  }

  /** Internal: the deadlines of the options, or of the environment. */
  get [DEADLINES](): Deadlines {
    const { exportTimeoutMillis, shutdownTimeoutMillis } = this.#settings
    return { flushMillis: exportTimeoutMillis, shutdownMillis: shutdownTimeoutMillis }
  }

  /** Internal: takes the options of `sessionProcessors`. The option `session` takes precedence, as a whole. */
  [TAKE_OPTIONS](options: ValidationOptions | undefined): boolean {
    if (this.#isSessionSet) return false
    this.#isSessionSet = true
    this.#pipeline.validateBy(options)
    return true
  }

  async #flush(): Promise<void> {
    const { exportTimeoutMillis } = this.#settings
    const { sender, queue } = this.#pipeline
    const hasRunEmpty = this.#hasRunEmpty
    if (hasRunEmpty && sender.isFailing && !this.#exitBudget.takeFlush()) {
      throw new Error(`forceFlush: the process is exiting; ${spansText(queue.size.spans)} not delivered`)
    }
    const until = now() + exportTimeoutMillis
    const before = lossesOf(this.#counters)
    const waiting = await within(exportTimeoutMillis, 'filling', this.#pipeline.fill()).then(
      () => 0,
      () => this.#pipeline.buffered,
    )
    const left = waiting + (await this.#pipeline.drain(Math.max(1, until - now()), hasRunEmpty))
    if (left > 0) {
      const asked = Math.ceil(sender.retryAfterMillis(left) / 1000)
      const why =
        asked > 0 ? `because the endpoint has asked to wait ${asked} s` : `within ${exportTimeoutMillis} ms`
      const when = hasRunEmpty ? 'because the process is exiting' : why
      throw new Error(`forceFlush: ${spansText(left)} not delivered ${when}; still queued, and retried`)
    }
    const losses = growthOf(before, lossesOf(this.#counters))
    if (losses !== undefined) {
      throw new Error(`forceFlush: spans were not delivered: ${losses}; see stats()`)
    }
  }

  async #shutDown(): Promise<void> {
    const { shutdownTimeoutMillis, queue: settings } = this.#settings
    const until = now() + shutdownTimeoutMillis
    const closingMillis = settings.directory === undefined ? 0 : shutdownTimeoutMillis * CLOSING_PART
    const { queue, sender } = this.#pipeline
    await this.#pipeline.fillWithin(shutdownTimeoutMillis / 2)
    sender.hurry()
    if (!queue.isOnDisk) sender.resetCircuit()
    await this.#pipeline.drain(Math.max(1, until - closingMillis - now()), false, this.#patience)
    const before = { ...this.#counters.dropped }
    // A disk that hangs may let it end later, which does no harm.
    const closed = this.#pipeline.close().then(() => this.#removeExitHandler())
    const isClosed = await within(Math.max(CLOSING_MILLIS, until - now()), 'closing', closed).then(
      () => true,
      () => false,
    )
    this.#metrics?.shutdown()
    if (!isClosed && queue.unwritten > 0) {
      throw new Error(
        `shutdown: the disk does not answer; ${spansText(queue.unwritten)} not written, and lost when the process exits`,
      )
    }
    const { spans } = queue.size
    if (spans > 0) {
      problems.report(
        'left',
        () => `${spansText(spans)} not delivered before the shutdown; kept in the journal`,
      )
    }
    const losses = growthOf(before, this.#counters.dropped)
    if (losses !== undefined) throw new Error(`shutdown: spans are lost: ${losses}; see stats()`)
  }

  get #patience(): number | undefined {
    return this.#pipeline.queue.isOnDisk ? PATIENCE_MILLIS : undefined
  }

  #beforeExit(): void {
    this.#hasRunEmpty = true
    if (!this.#exitBudget.begin()) return
    // After the listeners of the application, which may end spans.
    setImmediate(() => {
      if (this.#shutdown !== undefined || !this.#exitBudget.takeRound(this.#counters.ended)) return
      this.#pipeline.fillNow()
      this.#pipeline.drain(Math.max(1, this.#exitBudget.millisLeft), true, this.#patience)
    })
  }

  #atExit(): void {
    this.#isExiting = true
    this.#writeNow()
    const { queue, sender } = this.#pipeline
    const { unwritten } = queue
    if (unwritten > 0) {
      problems.report('lost-at-exit', () => {
        const why = sender.problem === undefined ? '' : `; ${sender.problem}`
        return `${spansText(unwritten)} lost: the process exits before delivery${why}`
      })
    }
  }

  #writeNow(): void {
    this.#pipeline.fillNow()
    this.#pipeline.queue.writeNow()
  }
}
