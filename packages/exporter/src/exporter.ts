import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api'
import { kindOf, now, within } from '@otel-sessions/semconv/internal'
import { callBack, DelegateCalls, failure } from './delegate-calls.ts'
import {
  EXPORTER_OPTIONS,
  type ExporterSettings,
  exporterSettingsOf,
  OWNER,
  type SessionSpanExporterOptions,
} from './options.ts'
import { problems } from './problems.ts'
import type { ExportableSpan, ExportResult, SpanExporterLike } from './span-types.ts'
import type { FailureReason, SessionExporterStats } from './stats.ts'
import { SpanValidation } from './validation/span-validation.ts'
import { increment } from './validation/stats.ts'

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
  #largestBatch = 1
  // The context of the processor's last export, which suppresses tracing, while spans wait.
  #context: Context = ROOT_CONTEXT
  #shutdown: Promise<void> | undefined

  /**
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
      moreOptions: EXPORTER_OPTIONS,
      onReady: (spans) => this.#exportReady(spans),
      exported: () => this.#calls.settled('an export'),
    })
    this.#settings = exporterSettingsOf(options)
    this.#calls = new DelegateCalls(
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
    if (this.#validation.waiting > 0) this.#context = context.active()
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

  /** Backfilled spans are exported in requests that are no larger than the batches of the processor. */
  get #maxSpans(): number {
    // A processor that exports spans one by one has no batches.
    return this.#largestBatch === 1 ? USUAL_BATCH : this.#largestBatch
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
    return `the wrapped exporter failed to export backfilled spans; counted in stats().failures: ${error?.message ?? 'no reason given'}`
  })
}
