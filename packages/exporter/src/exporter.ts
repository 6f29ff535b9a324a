import { kindOf, readRecord } from '@otel-sessions/semconv/internal'
import { now, within } from './deadline.ts'
import type { Gatekeeper } from './decide.ts'
import { countProblem } from './dialect-problems.ts'
import { dresser } from './dialects.ts'
import { type ExporterSettings, type SessionSpanExporterOptions, settingsOf } from './options.ts'
import { screen } from './screen.ts'
import { failure, tell } from './settle-once.ts'
import { Shipping } from './shipping.ts'
import type { ExportableSpan, ExportResult, SpanExporterLike } from './span-types.ts'
import { type Counters, increment, newCounters, type SessionExporterStats, statsOf } from './stats.ts'
import { WaitingRoom } from './waiting-room.ts'

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
  readonly #counters: Counters = newCounters()
  readonly #gatekeeper: Gatekeeper
  readonly #shipping: Shipping<S>
  readonly #waitingRoom: WaitingRoom<S> | undefined
  readonly #settled = () => this.#shipping.settled(this.#settings.exportTimeoutMillis, 'an export in flight')
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
    const settings = settingsOf(options)
    const counters = this.#counters
    const { rules, dialects, fill, exportTimeoutMillis } = settings
    this.#settings = settings
    const dress = dialects && dresser(dialects, (...problem) => countProblem(counters.dialects, ...problem))
    this.#gatekeeper = { rules, dress, counters }
    this.#shipping = new Shipping(delegate, exportTimeoutMillis, counters)
    this.#waitingRoom = fill && new WaitingRoom(fill, this.#gatekeeper, exportTimeoutMillis, this.#shipping)
  }

  /** Called by a span processor with spans that have ended. */
  export(spans: S[], resultCallback: (result: ExportResult) => void): void {
    if (this.#shutdown !== undefined) {
      increment(this.#counters.failures, 'after-shutdown')
      tell(resultCallback, failure('the exporter has been shut down'))
      return
    }
    this.#listenTo(spans)
    if (this.#waitingRoom !== undefined && Array.isArray(spans)) {
      this.#waitingRoom.export(spans, resultCallback)
    } else {
      this.#shipping.ship(screen(spans, this.#gatekeeper), resultCallback)
    }
  }

  /**
   * Exports what waits for its trace, then waits for the exports in flight, then for the wrapped exporter's own flush.
   *
   * @returns rejects when that flush fails, or takes longer than `exportTimeoutMillis`
   */
  async forceFlush(): Promise<void> {
    const { exportTimeoutMillis } = this.#settings
    this.#waitingRoom?.release()
    await this.#settled()
    const flushed = Promise.resolve().then(() => this.#delegate.forceFlush?.())
    await within(exportTimeoutMillis, "the wrapped exporter's forceFlush", flushed)
  }

  /**
   * Exports what waits for its trace, waits for the exports in flight, for at most half of the time, and shuts the
   * wrapped exporter down.
   *
   * @returns the same promise to every caller; rejects when the wrapped exporter's shutdown fails, or at
   *   the deadline `shutdownTimeoutMillis`
   */
  shutdown(): Promise<void> {
    // Not in this call: the wrapped exporter may call back into it.
    this.#shutdown ??= Promise.resolve().then(() => this.#shutDown())
    return this.#shutdown
  }

  /** What was shipped, changed, dropped and filled so far, and what waits now; plain data. */
  stats(): SessionExporterStats {
    return statsOf(this.#counters, this.#waitingRoom?.held ?? 0)
  }

  /** A flush of the processor waits for what is in flight. All spans of a batch are one processor's, nearly always. */
  #listenTo(spans: S[]): void {
    try {
      const first = spans[0]
      const inFlight = first && readRecord(first.spanContext())?.settings.flush.inFlight
      inFlight?.add(this.#settled)
    } catch {
      // No array, or a span that throws: there is nobody to listen to.
    }
  }

  async #shutDown(): Promise<void> {
    const { shutdownTimeoutMillis } = this.#settings
    const started = now()
    // The wrapped exporter must be reached even if an export hangs.
    this.#waitingRoom?.close()
    await this.#shipping.settled(Math.ceil(shutdownTimeoutMillis / 2), 'an export').catch(() => {})
    const left = Math.max(1, shutdownTimeoutMillis - (now() - started))
    const done = Promise.resolve().then(() => this.#delegate.shutdown())
    await within(
      left,
      `the wrapped exporter's shutdown, within shutdownTimeoutMillis ${shutdownTimeoutMillis},`,
      done,
    )
  }
}
