import { kindOf } from '@otel-sessions/semconv/internal'
import { within } from './deadline.ts'
import { countProblem } from './dialect-problems.ts'
import { type Dress, dresser } from './dialects.ts'
import { type ExporterSettings, type SessionSpanExporterOptions, settingsOf } from './options.ts'
import { screen } from './screen.ts'
import { exportOnce, failure, tell } from './settle-once.ts'
import type { ExportableSpan, ExportResult, SpanExporterLike } from './span-types.ts'
import { type Counters, increment, newCounters, type SessionExporterStats, statsOf } from './stats.ts'

/**
 * The last gate before any span exporter. What it hands on has a valid `session.id` or none; where the SDK
 * could not be written to in time, it has what came late. The SDK's spans are never changed: other processors
 * share them.
 *
 * None of its methods throws. The callback of every `export` is called exactly once.
 *
 * @example new BatchSpanProcessor(new SessionSpanExporter(new OTLPTraceExporter()))
 */
export class SessionSpanExporter<S extends ExportableSpan> {
  readonly #delegate: SpanExporterLike<S>
  readonly #settings: ExporterSettings
  readonly #dress: Dress | undefined
  readonly #counters: Counters = newCounters()
  readonly #inFlight = new Set<Promise<void>>()
  #shutdown: Promise<void> | undefined

  /**
   * @param delegate the exporter that ships the spans
   * @throws TypeError or RangeError when the exporter or an option is wrong; the message names it
   */
  constructor(delegate: SpanExporterLike<S>, options?: SessionSpanExporterOptions) {
    if (typeof delegate?.export !== 'function' || typeof delegate.shutdown !== 'function') {
      throw new TypeError(
        `SessionSpanExporter: the first argument must be a span exporter, with export and shutdown; it is ${kindOf(delegate)}`,
      )
    }
    this.#delegate = delegate
    this.#settings = settingsOf(options)
    const { dialects } = this.#settings
    const counters = this.#counters.dialects
    this.#dress = dialects && dresser(dialects, (...problem) => countProblem(counters, ...problem))
  }

  /** Called by a span processor with spans that have ended. */
  export(spans: S[], resultCallback: (result: ExportResult) => void): void {
    if (this.#shutdown !== undefined) {
      increment(this.#counters.failures, 'after-shutdown')
      tell(resultCallback, failure('the exporter has been shut down'))
      return
    }
    const inFlight = new Promise<void>((resolve) => {
      const shipped = screen(spans, this.#settings.rules, this.#dress, this.#counters)
      exportOnce(this.#delegate, shipped, this.#settings.exportTimeoutMillis, this.#counters, (result) => {
        resolve()
        resultCallback(result)
      })
    })
    this.#inFlight.add(inFlight)
    inFlight.then(() => this.#inFlight.delete(inFlight))
  }

  /**
   * Waits for the exports in flight, then for the wrapped exporter's own flush.
   *
   * @returns rejects when that flush fails, or takes longer than `exportTimeoutMillis`
   */
  async forceFlush(): Promise<void> {
    const { exportTimeoutMillis } = this.#settings
    await within(exportTimeoutMillis, 'an export in flight', this.#settled())
    const flushed = Promise.resolve().then(() => this.#delegate.forceFlush?.())
    await within(exportTimeoutMillis, "the wrapped exporter's forceFlush", flushed)
  }

  /**
   * Waits for the exports in flight, for at most half of the time, and shuts the wrapped exporter down.
   *
   * @returns the same promise to every caller; rejects when the wrapped exporter's shutdown fails, or at
   *   the deadline `shutdownTimeoutMillis`
   */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#shutDown()
    return this.#shutdown
  }

  /** What was shipped, changed and dropped so far; plain data. */
  stats(): SessionExporterStats {
    return statsOf(this.#counters)
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#inFlight)
  }

  async #shutDown(): Promise<void> {
    const { shutdownTimeoutMillis } = this.#settings
    const started = Date.now()
    // The wrapped exporter must be reached even if an export hangs.
    await within(Math.ceil(shutdownTimeoutMillis / 2), 'an export', this.#settled()).catch(() => {})
    const left = Math.max(1, shutdownTimeoutMillis - (Date.now() - started))
    const done = Promise.resolve().then(() => this.#delegate.shutdown())
    await within(
      left,
      `the wrapped exporter's shutdown, within shutdownTimeoutMillis ${shutdownTimeoutMillis},`,
      done,
    )
  }
}
