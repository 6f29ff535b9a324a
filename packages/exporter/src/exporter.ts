import {
  checkOptions,
  checkWholeNumber,
  kindOf,
  LONGEST_TIMER_MILLIS,
  now,
  within,
} from '@otel-sessions/semconv/internal'
import { callBack, exportOnce, type FailureReason, failure, type ResultCallback } from './delegate-calls.ts'
import type { ExportableSpan, ExportResult, SpanExporterLike } from './span-types.ts'
import type { SpanSender } from './validation/backfill-contract.ts'
import { VALIDATION_OPTIONS, type ValidationOptions } from './validation/options.ts'
import { SpanValidation } from './validation/span-validation.ts'
import { increment, type ValidationStats } from './validation/stats.ts'

/** Options of `SessionSpanExporter`. */
export interface SessionSpanExporterOptions extends ValidationOptions {
  /**
   * How long one export may take before it counts as failed, in milliseconds; also the limit for the `forceFlush` of the
   * wrapped exporter. A whole number of at least 1, at most 2,147,483,647.
   *
   * @default 30000
   */
  readonly exportTimeoutMillis?: number | undefined
  /**
   * How long `shutdown` may take in all, in milliseconds. A whole number of at least 1, at most 2,147,483,647.
   *
   * @default 10000
   */
  readonly shutdownTimeoutMillis?: number | undefined
}

const OPTIONS = [
  ...VALIDATION_OPTIONS,
  'exportTimeoutMillis',
  'shutdownTimeoutMillis',
] satisfies (keyof SessionSpanExporterOptions)[]

/** What a `SessionSpanExporter` counted. */
export interface SessionExporterStats extends ValidationStats {
  /** Calls of the wrapped exporter that failed, by reason; `second-callback` counts calls, not failures. */
  readonly failures: Readonly<Partial<Record<FailureReason, number>>>
}

/** What messages begin with. */
const OWNER = 'SessionSpanExporter'

/**
 * Validates the sessions of spans in front of any span exporter: a span is exported with a valid `session.id` or without
 * one. It also applies the rules for late IDs where the SDK gives the processor no chance to. The SDK's spans are never
 * changed, because other processors share them.
 *
 * None of its methods throws. The callback of every `export` is called exactly once.
 *
 * @example new BatchSpanProcessor(new SessionSpanExporter(new OTLPTraceExporter()))
 */
export class SessionSpanExporter<S extends ExportableSpan> {
  readonly #delegate: SpanExporterLike<S>
  readonly #exportMillis: number
  readonly #shutdownMillis: number
  readonly #failures: Partial<Record<FailureReason, number>> = {}
  readonly #validation: SpanValidation<S>
  /** What is in flight, by the function that ends waiting for it, which may be called twice. */
  readonly #inFlight = new Map<() => void, Promise<void>>()
  #shutdown: Promise<void> | undefined

  /**
   * Creates an exporter around another one.
   *
   * @param delegate the exporter that sends the spans
   * @throws TypeError or RangeError when the exporter or an option is wrong; the message names it
   */
  constructor(delegate: SpanExporterLike<S>, options: SessionSpanExporterOptions = {}) {
    if (typeof delegate?.export !== 'function' || typeof delegate.shutdown !== 'function') {
      throw new TypeError(
        `${OWNER}: the first argument must be a span exporter, with export and shutdown; it is ${kindOf(delegate)}`,
      )
    }
    this.#delegate = delegate
    const own = checkOptions(OWNER, options, OPTIONS)
    this.#validation = new SpanValidation(own, { name: OWNER, send: this.#send })
    const { exportTimeoutMillis = 30_000, shutdownTimeoutMillis = 10_000 } = own
    checkWholeNumber(OWNER, 'exportTimeoutMillis', exportTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
    checkWholeNumber(OWNER, 'shutdownTimeoutMillis', shutdownTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
    this.#exportMillis = exportTimeoutMillis
    this.#shutdownMillis = shutdownTimeoutMillis
  }

  /** Called by a span processor with spans that have ended. */
  export(spans: S[], resultCallback: (result: ExportResult) => void): void {
    if (this.#shutdown === undefined) this.#validation.process(spans, resultCallback)
    else {
      increment(this.#failures, 'after-shutdown')
      callBack(resultCallback, failure('the exporter has been shut down'))
    }
  }

  /**
   * Exports the spans that wait for their trace, then waits for the exports in flight, then for the `forceFlush` of the
   * wrapped exporter.
   *
   * @returns rejects when that flush fails, or takes longer than `exportTimeoutMillis`
   */
  async forceFlush(): Promise<void> {
    await this.#exportWaiting(this.#exportMillis)
    const flush = async () => this.#delegate.forceFlush?.()
    await within(this.#exportMillis, "the wrapped exporter's forceFlush", flush())
  }

  /**
   * Exports the spans that wait for their trace, waits for the exports in flight for at most half of the time, and shuts
   * the wrapped exporter down.
   *
   * @returns the same promise to every caller; rejects when the wrapped exporter's shutdown fails, or at the deadline
   *   `shutdownTimeoutMillis`
   */
  shutdown(): Promise<void> {
    // Not in this call: the wrapped exporter may call back into it.
    this.#shutdown ??= Promise.resolve().then(() => this.#shutDown())
    return this.#shutdown
  }

  /** What was exported, changed, dropped and backfilled so far, and what waits now; plain data. */
  stats(): SessionExporterStats {
    return { ...this.#validation.stats(), failures: { ...this.#failures } }
  }

  async #shutDown(): Promise<void> {
    const millis = this.#shutdownMillis
    const until = now() + millis
    // The wrapped exporter must be reached even if an export hangs.
    await this.#exportWaiting(Math.ceil(millis / 2)).catch(() => {})
    for (const finish of this.#inFlight.keys()) finish()
    const shutDown = async () => this.#delegate.shutdown()
    const what = `the wrapped exporter's shutdown, within shutdownTimeoutMillis ${millis},`
    await within(Math.max(1, until - now()), what, shutDown())
  }

  /** Exports the spans that wait for their trace, and waits for the exports in flight. */
  #exportWaiting(millis: number): Promise<unknown> {
    this.#validation.release()
    return within(millis, 'an export in flight', Promise.all(this.#inFlight.values()))
  }

  /** Exports a batch, known to the flushes of its processors while it is in flight. */
  readonly #send: SpanSender<S> = (spans, callback, flushes, sendParts) => {
    let resolve = () => {}
    const done = new Promise<void>((settle) => {
      resolve = settle
    })
    const exported = () => within(this.#exportMillis, 'an export', done)
    const finish = () => {
      this.#inFlight.delete(finish)
      for (const inFlight of flushes) inFlight.delete(exported)
      resolve()
    }
    this.#inFlight.set(finish, done)
    for (const inFlight of flushes) inFlight.add(exported)
    const send = (part: S[], answer: ResultCallback) => {
      exportOnce(this.#delegate, part, this.#exportMillis, (why) => increment(this.#failures, why), answer)
    }
    const answer: ResultCallback = (result) => {
      finish()
      callBack(callback, result)
    }
    if (sendParts === undefined) send(spans, answer)
    else sendParts(spans, send, answer)
    return exported
  }
}
