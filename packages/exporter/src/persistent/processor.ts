import { now, within } from '../deadline.ts'
import { sayOnce } from '../report.ts'
import { type EndedSpan, isSampled } from './ended-span.ts'
import { Ending } from './ending.ts'
import { DeliveryMetrics } from './metrics.ts'
import type { PersistentBatchSpanProcessorOptions } from './options.ts'
import { lockDirectory } from './ownership/lock-directory.ts'
import { Pipeline } from './pipeline.ts'
import { atProcessEnd } from './process-end.ts'
import { type ProcessorSettings, settingsOf } from './settings.ts'
import type { DeliveryStats } from './stats.ts'
import { countDropped, type DeliveryCounters, lossesOf, lostSince, newDeliveryCounters } from './stats.ts'

/** How long a shutdown goes on with a receiver that does not answer, where the journal keeps what is left. */
const PATIENCE_MILLIS = 2000

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
  readonly #unlockDirectory: () => void
  readonly #ending: Ending
  #isExiting = false
  #shutdown: Promise<void> | undefined

  /** @throws TypeError or RangeError when an option is wrong; the message names it */
  constructor(options?: PersistentBatchSpanProcessorOptions) {
    const settings = settingsOf(options)
    const { meterProvider } = settings
    this.#settings = settings
    this.#metrics =
      meterProvider &&
      new DeliveryMetrics(meterProvider, settings, this.#counters, () => this.#pipeline.queue.size)
    this.#unlockDirectory = lockDirectory(settings.queue.directory, settings.sender.url)
    try {
      this.#pipeline = new Pipeline(settings, this.#counters, this.#metrics)
    } catch (error) {
      this.#unlockDirectory()
      this.#metrics?.shutdown()
      throw error
    }
    this.#ending = new Ending(settings.shutdownTimeoutMillis)
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
    // In a listener that is called after ours.
    if (this.#isExiting) this.#writeNow()
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
   * Sends what it can until the deadline `shutdownTimeoutMillis`, and closes. With a directory it waits 2 seconds at
   * most for a receiver that does not answer, and the rest stays in the journal for the next process; without, it is
   * lost.
   *
   * @returns the same promise to every caller; rejects when spans are lost, saying how many
   */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#shutDown()
    return this.#shutdown
  }

  /** What ended, was delivered, waits, and was lost so far; plain data. */
  stats(): DeliveryStats {
    const { queue, buffered, gateStats } = this.#pipeline
    const { size: queued, unwritten, isOnDisk } = queue
    const { dropped, ...counts } = this.#counters
    return { ...counts, dropped: { ...dropped }, queued, buffered, unwritten, isOnDisk, gate: gateStats }
  }

  /**
   * Puts what the receiver refused for good into the queue again, for when the reason is mended: a token, a URL.
   *
   * @returns resolves to the number of spans
   */
  async redeliver(): Promise<number> {
    const spans = await this.#pipeline.queue.redeliver()
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
    await this.#pipeline.queue.ready
    return this.#pipeline.queue.purge()
  }

  async #flush(): Promise<void> {
    const { exportTimeoutMillis } = this.#settings
    const { sender, queue } = this.#pipeline
    const isEnding = this.#ending.hasBegun
    if (isEnding && sender.isFailing && !this.#ending.takesFlush()) {
      throw new Error(`forceFlush: the process is ending; ${queue.size.spans} spans are not delivered`)
    }
    const until = now() + exportTimeoutMillis
    const before = lossesOf(this.#counters)
    const waiting = await within(exportTimeoutMillis, 'filling', this.#pipeline.fill()).then(
      () => 0,
      () => this.#pipeline.buffered,
    )
    const left = waiting + (await this.#pipeline.drain(Math.max(1, until - now()), isEnding))
    if (left > 0) {
      const when = isEnding ? 'and the process is ending' : `after ${exportTimeoutMillis} ms`
      throw new Error(
        `forceFlush: ${left} spans are not delivered ${when}; they stay queued, and are tried again`,
      )
    }
    const lost = lostSince(before, this.#counters)
    if (lost !== undefined) throw new Error(`forceFlush: not all spans were delivered: ${lost}; see stats()`)
  }

  async #shutDown(): Promise<void> {
    const until = now() + this.#settings.shutdownTimeoutMillis
    const { queue, sender } = this.#pipeline
    this.#pipeline.fillNow()
    if (!queue.isOnDisk) sender.insist()
    // A receiver that does not answer is not waited for to the end where nothing is lost without it.
    const patience = queue.isOnDisk ? Math.min(PATIENCE_MILLIS, until - now()) : until - now()
    const left = await this.#pipeline.drain(patience, queue.isOnDisk && sender.isFailing)
    if (left > 0 && !sender.isFailing) await this.#pipeline.drain(Math.max(1, until - now()), true)
    const before = lossesOf(this.#counters)
    await this.#pipeline.close()
    this.#unlockDirectory()
    this.#forgetProcess()
    this.#metrics?.shutdown()
    const { spans } = queue.size
    if (spans > 0) {
      sayOnce('left', () => `${spans} spans were not delivered before the shutdown; they stay in the journal`)
    }
    const lost = lostSince(before, this.#counters)
    if (lost !== undefined) throw new Error(`shutdown: spans are lost: ${lost}; see stats()`)
  }

  #beforeExit(): void {
    if (!this.#ending.begin()) return
    // After the listeners of the application, which may end spans.
    setImmediate(() => {
      if (this.#shutdown !== undefined || !this.#ending.takesRound(this.#counters.ended)) return
      this.#pipeline.fillNow()
      this.#pipeline.drain(Math.max(1, this.#ending.millisLeft), true)
    })
  }

  #atExit(): void {
    this.#isExiting = true
    this.#writeNow()
    const { unwritten } = this.#pipeline.queue
    if (unwritten > 0) {
      sayOnce('lost-at-exit', () => {
        return `the process ends with ${unwritten} spans that were not delivered, and are lost`
      })
    }
  }

  #writeNow(): void {
    this.#pipeline.fillNow()
    this.#pipeline.queue.writeNow()
  }
}
