import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api'
import { checkWholeNumber, kindOf, LONGEST_TIMER_MILLIS, now, within } from '@otel-sessions/semconv/internal'
import { callBack, type DelegateCalls, delegateCalls, type FailureReason, failure } from './delegate-calls.ts'
import { problems } from './problems.ts'
import type { ExportableSpan, ExportResult, SpanExporterLike } from './span-types.ts'
import type { ValidationOptions } from './validation/options.ts'
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

/** The options in addition to those of validation. */
const OPTIONS = [
  'exportTimeoutMillis',
  'shutdownTimeoutMillis',
] satisfies (keyof SessionSpanExporterOptions)[]

/** These options, checked and complete. */
interface ExporterSettings {
  readonly exportTimeoutMillis: number
  readonly shutdownTimeoutMillis: number
}

/** What a `SessionSpanExporter` counted. */
export interface SessionExporterStats extends ValidationStats {
  /** Calls of the wrapped exporter that failed, by reason; `second-callback` counts calls, not failures. */
  readonly failures: Readonly<Partial<Record<FailureReason, number>>>
}

/** What messages begin with. */
const OWNER = 'SessionSpanExporter'

/** The batch size of `BatchSpanProcessor`. Endpoints reject requests that are too large. */
const USUAL_BATCH = 512

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
  readonly #settings: ExporterSettings
  readonly #failures: Partial<Record<FailureReason, number>> = {}
  readonly #validation: SpanValidation<S>
  readonly #calls: DelegateCalls<S>
  readonly #backfills: boolean
  #largestBatch = 1
  /** The context of the processor's last export while spans wait: it suppresses tracing. */
  #context: Context = ROOT_CONTEXT
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
    this.#validation = new SpanValidation(options, {
      name: OWNER,
      moreOptions: OPTIONS,
      onReady: (spans) => this.#exportReady(spans),
      exported: () => this.#calls.settled('an export'),
    })
    this.#settings = settingsOf(options)
    this.#backfills = options.backfill !== undefined
    this.#calls = delegateCalls(
      delegate,
      this.#settings.exportTimeoutMillis,
      (reason) => increment(this.#failures, reason),
      (spans, exported) => this.#validation.register(spans, exported),
    )
  }

  /** Called by a span processor with spans that have ended. */
  export(spans: S[], resultCallback: (result: ExportResult) => void): void {
    if (this.#shutdown !== undefined) {
      increment(this.#failures, 'after-shutdown')
      callBack(resultCallback, failure('the exporter has been shut down'))
      return
    }
    if (Array.isArray(spans)) this.#largestBatch = Math.max(this.#largestBatch, spans.length)
    const ready = this.#validation.process(spans)
    this.#context = this.#validation.waiting > 0 ? context.active() : ROOT_CONTEXT
    if (ready !== spans && ready.length === 0 && spans.length > 0) {
      // All of them wait.
      callBack(resultCallback, { code: 0 })
      return
    }
    this.#calls.export(ready, this.#maxSpans, resultCallback)
  }

  /**
   * Exports the spans that wait for their trace, then waits for the exports in flight, then for the `forceFlush` of the
   * wrapped exporter.
   *
   * @returns rejects when that flush fails, or takes longer than `exportTimeoutMillis`
   */
  async forceFlush(): Promise<void> {
    this.#exportReady(this.#validation.release())
    await this.#calls.settled('an export in flight')
    const flushed = Promise.resolve().then(() => this.#delegate.forceFlush?.())
    await within(this.#settings.exportTimeoutMillis, "the wrapped exporter's forceFlush", flushed)
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

  /**
   * With backfill, requests are no larger than the batches of the processor, and than usual ones. Without it, a batch is
   * exported as it is.
   */
  get #maxSpans(): number {
    if (!this.#backfills) return Infinity
    // A processor that exports spans one by one has no batches.
    return this.#largestBatch === 1 ? USUAL_BATCH : Math.min(USUAL_BATCH, this.#largestBatch)
  }

  /** Exports spans that have waited, in the context of the processor's last export. */
  #exportReady(spans: S[]): void {
    const from = this.#context
    if (this.#validation.waiting === 0) this.#context = ROOT_CONTEXT
    if (spans.length === 0) return
    context.with(from, () => this.#calls.export(spans, this.#maxSpans, logFailure))
  }

  async #shutDown(): Promise<void> {
    const { shutdownTimeoutMillis } = this.#settings
    const started = now()
    this.#exportReady(this.#validation.release())
    // The wrapped exporter must be reached even if an export hangs.
    await this.#calls.settled('an export', Math.ceil(shutdownTimeoutMillis / 2)).catch(() => {})
    this.#calls.close()
    const left = Math.max(1, shutdownTimeoutMillis - (now() - started))
    const done = Promise.resolve().then(() => this.#delegate.shutdown())
    await within(
      left,
      `the wrapped exporter's shutdown, within shutdownTimeoutMillis ${shutdownTimeoutMillis},`,
      done,
    )
  }
}

/** The processor got its result long ago, so a failure is logged here. */
function logFailure({ code, error }: ExportResult): void {
  if (code === 0) return
  problems.report('backfill:failed', () => {
    return `the wrapped exporter failed to export backfilled spans; counted in stats().failures: ${error?.name ?? 'no reason given'}`
  })
  // Not at warn level: the message is foreign, and may contain an ID.
  if (error !== undefined) problems.detail(() => `the failure of backfilled spans: ${error.message}`)
}

/** @throws RangeError that names the option and its value */
function settingsOf(options: SessionSpanExporterOptions): ExporterSettings {
  const { exportTimeoutMillis = 30_000, shutdownTimeoutMillis = 10_000 } = options
  checkWholeNumber(OWNER, 'exportTimeoutMillis', exportTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
  checkWholeNumber(OWNER, 'shutdownTimeoutMillis', shutdownTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
  return { exportTimeoutMillis, shutdownTimeoutMillis }
}
