import { now, within } from '../deadline.ts'
import { sayOnce } from '../report.ts'
import { countDropped, type DeliveryCounters, newDeliveryCounters } from './counters.ts'
import { type EndedSpan, isSampled } from './ended-span.ts'
import { lossesOf, lostSince } from './losses.ts'
import { DeliveryMetrics } from './metrics.ts'
import type { PersistentBatchSpanProcessorOptions } from './options.ts'
import { Pipeline } from './pipeline.ts'
import { atProcessEnd } from './process-end.ts'
import { type ProcessorSettings, settingsOf } from './settings.ts'
import type { DeliveryStats } from './stats.ts'

/**
 * Delivers the spans that end, in place of `BatchSpanProcessor` and an OTLP exporter: a span that ended is delivered
 * at least once, or counted as dropped with the reason; with a directory, also after a crash, by the next process.
 *
 * Nothing here throws into the application, makes it wait, or keeps the process from ending past a deadline.
 *
 * @example new PersistentBatchSpanProcessor({ url: 'http://localhost:4318/v1/traces', directory: '/var/lib/my-app/spans' })
 */
export class PersistentBatchSpanProcessor {
  readonly #settings: ProcessorSettings
  readonly #counters: DeliveryCounters = newDeliveryCounters()
  readonly #metrics: DeliveryMetrics | undefined
  readonly #pipeline: Pipeline
  readonly #forgetProcess: () => void
  #endedAtLastExit = 0
  #shutdown: Promise<void> | undefined

  /** @throws TypeError or RangeError when an option is wrong; the message names it */
  constructor(options?: PersistentBatchSpanProcessorOptions) {
    const settings = settingsOf(options)
    const { meterProvider } = settings
    this.#settings = settings
    this.#metrics =
      meterProvider &&
      new DeliveryMetrics(meterProvider, settings, this.#counters, () => this.#pipeline.store.queued)
    this.#pipeline = new Pipeline(settings, this.#counters, this.#metrics)
    this.#forgetProcess = atProcessEnd({ beforeExit: () => this.#beforeExit(), exit: () => this.#atExit() })
  }

  /** Does nothing: spans matter here once they have ended. */
  onStart(): void {}

  /** Takes a span that has ended, if it is sampled. */
  onEnd(span: EndedSpan): void {
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
  }

  /**
   * Sends all that has ended until now, and what dead processes left.
   *
   * @returns resolves when the receiver has acknowledged it; rejects at the deadline `exportTimeoutMillis`, saying how
   *   many spans are left (they stay queued), or when spans were lost or refused meanwhile, saying how many and why
   */
  forceFlush(): Promise<void> {
    return this.#shutdown ?? this.#flush()
  }

  /**
   * Sends what it can until the deadline `shutdownTimeoutMillis`, and closes. With a directory the rest stays in the
   * journal for the next process; without, it is lost.
   *
   * @returns the same promise to every caller; rejects when spans are lost, saying how many
   */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#shutDown()
    return this.#shutdown
  }

  /** What ended, was delivered, waits, and was lost so far; plain data. */
  stats(): DeliveryStats {
    const { store, buffered, gateStats } = this.#pipeline
    const { queued, unwritten, isOnDisk } = store
    const { dropped, ...counts } = this.#counters
    return { ...counts, dropped: { ...dropped }, queued, buffered, unwritten, isOnDisk, gate: gateStats }
  }

  /**
   * Puts what the receiver refused for good into the queue again, for when the reason is mended: a token, a URL.
   *
   * @returns resolves to the number of spans
   */
  async redeliver(): Promise<number> {
    const spans = await this.#pipeline.store.redeliver()
    this.#pipeline.sender.wake()
    return spans
  }

  /**
   * Deletes what waits, what was refused for good, and what dead processes left in the directory. A request that is
   * under way is not called back.
   *
   * @returns resolves to the number of spans, which `stats().dropped.purged` counts
   */
  async purge(): Promise<number> {
    this.#pipeline.fillNow()
    await this.#pipeline.store.ready
    return this.#pipeline.store.purge()
  }

  async #flush(): Promise<void> {
    const { exportTimeoutMillis } = this.#settings
    const until = now() + exportTimeoutMillis
    const before = lossesOf(this.#counters)
    await within(exportTimeoutMillis, 'forceFlush', this.#pipeline.fill())
    const left = await this.#pipeline.drain(Math.max(1, until - now()), false)
    if (left > 0) {
      throw new Error(
        `forceFlush: ${left} spans are not delivered after ${exportTimeoutMillis} ms; they stay queued, and are tried again`,
      )
    }
    const lost = lostSince(before, this.#counters)
    if (lost !== undefined) throw new Error(`forceFlush: not all spans were delivered: ${lost}; see stats()`)
  }

  async #shutDown(): Promise<void> {
    const { shutdownTimeoutMillis } = this.#settings
    const { store, sender } = this.#pipeline
    this.#pipeline.fillNow()
    if (!store.isOnDisk) sender.insist()
    // A receiver that is known to be away is not waited for where nothing is lost without it.
    await this.#pipeline.drain(shutdownTimeoutMillis, store.isOnDisk && sender.isFailing)
    await this.#pipeline.close()
    this.#forgetProcess()
    this.#metrics?.shutdown()
    const { spans } = store.queued
    if (spans > 0) {
      sayOnce('left', () => `${spans} spans were not delivered before the shutdown; they stay in the journal`)
    }
    const lost = this.#counters.dropped.shutdown
    if (lost !== undefined) throw new Error(`shutdown: ${lost} spans could not be delivered, and are lost`)
  }

  /** The loop is empty: what is left is sent, as long as the receiver takes it. */
  #beforeExit(): void {
    // This is called again when that is done.
    if (this.#shutdown !== undefined || this.#endedAtLastExit === this.#counters.ended) return
    this.#endedAtLastExit = this.#counters.ended
    this.#pipeline.fillNow()
    this.#pipeline.drain(this.#settings.shutdownTimeoutMillis, true)
  }

  #atExit(): void {
    this.#pipeline.fillNow()
    this.#pipeline.store.writeNow()
    const { spans } = this.#pipeline.store.queued
    if (spans > 0 && !this.#pipeline.store.isOnDisk) {
      sayOnce(
        'lost-at-exit',
        () => `the process ends with ${spans} spans that were not delivered, and are lost`,
      )
    }
  }
}
