import { kindOf, once } from '@otel-sessions/semconv/internal'
import { problems } from './counters.ts'
import type { EndedSpan } from './ended-span.ts'

/** The result of an export: code 0 is success, 1 is failure. */
export interface ExportResult {
  /** 0 is success, 1 is failure. */
  readonly code: number
  /** Why the export failed. */
  readonly error?: Error
}

/** Any span exporter of OpenTelemetry JS: OTLP over HTTP or gRPC, console, in memory, a vendor's. */
export interface SpanExporterLike<S> {
  /** Exports a batch and calls back once. */
  export(spans: S[], resultCallback: (result: ExportResult) => void): void
  /** Exports what is left and closes the exporter. */
  shutdown(): Promise<void>
  /** Exports what is left. */
  forceFlush?(): Promise<void>
}

const FAILED = 1

/** What counts the spans of a batch. */
interface Totals<S> {
  onEnd(span: S): void
}

/** The calls of listeners, which a flush waits for. */
interface Callbacks {
  settled(): Promise<void>
}

/**
 * Wraps an exporter: passes each batch on unchanged, in the same call, and then counts it.
 *
 * It is a class that gets objects: an arrow function with `this`, given to a function that returns an object with methods,
 * is moved into these methods by the minifier of Next.js, where `this` is another one.
 */
export class CountingExporter<S extends EndedSpan> implements SpanExporterLike<S> {
  readonly #delegate: SpanExporterLike<S>
  readonly #totals: Totals<S>
  readonly #callbacks: Callbacks

  /** @throws TypeError if the delegate is not an exporter */
  constructor(delegate: SpanExporterLike<S>, totals: Totals<S>, callbacks: Callbacks) {
    if (typeof delegate?.export !== 'function' || typeof delegate.shutdown !== 'function') {
      throw new TypeError(
        `SessionAnalytics: exporter() needs a span exporter, with export and shutdown; it got ${kindOf(delegate)}`,
      )
    }
    this.#delegate = delegate
    this.#totals = totals
    this.#callbacks = callbacks
  }

  export(spans: S[], resultCallback: (result: ExportResult) => void): void {
    const all = copyOf(spans)
    exportSafely(this.#delegate, spans, resultCallback)
    for (const span of all) this.#totals.onEnd(span)
  }

  async forceFlush(): Promise<void> {
    await this.#callbacks.settled()
    await this.#delegate.forceFlush?.()
  }

  async shutdown(): Promise<void> {
    await this.#callbacks.settled()
    await this.#delegate.shutdown()
  }
}

/** Copies a batch, because an exporter may empty the array. */
function copyOf<S>(spans: S[]): S[] {
  try {
    return [...spans]
  } catch {
    // The delegate rejects a batch that is not an array.
    return []
  }
}

function exportSafely<S>(
  delegate: SpanExporterLike<S>,
  spans: S[],
  resultCallback: (result: ExportResult) => void,
): void {
  const settle = once((result: ExportResult) => {
    try {
      resultCallback(result)
    } catch {
      problems.report('callback', () => 'the span processor threw when it got the result of an export')
    }
  })
  const fail = (error: unknown) =>
    settle({
      code: FAILED,
      error: error instanceof Error ? error : new Error('the wrapped exporter threw', { cause: error }),
    })
  try {
    const returned: unknown = delegate.export(spans, settle)
    // An exporter may be an async function, whose rejection nothing else handles.
    const { then } = (returned ?? {}) as { then?: unknown }
    if (typeof then === 'function') then.call(returned, undefined, fail)
  } catch (error) {
    fail(error)
  }
}
