import { kindOf } from '@otel-sessions/semconv/internal'
import type { EndedSpan, ExportResult, SpanExporterLike } from './ended-span.ts'
import { sayOnce } from './report.ts'

const FAILED = 1

/**
 * An exporter that hands every batch on as it is, in the same call, and then counts it. The callback is called once.
 *
 * @throws TypeError where the delegate is no exporter
 */
export function countingExporter<S extends EndedSpan>(
  delegate: SpanExporterLike<S>,
  count: (span: S) => void,
  flushed: () => Promise<void>,
): SpanExporterLike<S> {
  if (typeof delegate?.export !== 'function' || typeof delegate.shutdown !== 'function') {
    throw new TypeError(
      `SessionAnalytics: exporter() needs a span exporter, with export and shutdown; it got ${kindOf(delegate)}`,
    )
  }
  return {
    export(spans, resultCallback) {
      const all = copyOf(spans)
      handOn(delegate, spans, resultCallback)
      for (const span of all) count(span)
    },
    async forceFlush() {
      await flushed()
      await delegate.forceFlush?.()
    },
    async shutdown() {
      await flushed()
      await delegate.shutdown()
    },
  }
}

/** An exporter may empty the array that it is given. */
function copyOf<S>(spans: S[]): S[] {
  try {
    return [...spans]
  } catch {
    // What is no array of spans is the delegate's to refuse.
    return []
  }
}

function handOn<S>(
  delegate: SpanExporterLike<S>,
  spans: S[],
  resultCallback: (result: ExportResult) => void,
): void {
  let isSettled = false
  const settle = (result: ExportResult) => {
    if (isSettled) return
    isSettled = true
    try {
      resultCallback(result)
    } catch {
      sayOnce('callback', () => 'the span processor threw when it was told the result of an export')
    }
  }
  const fail = (error: unknown) =>
    settle({
      code: FAILED,
      error: error instanceof Error ? error : new Error('the wrapped exporter threw', { cause: error }),
    })
  try {
    const returned: unknown = delegate.export(spans, settle)
    // An exporter may be an async function; what it rejects with is nobody else's.
    const { then } = (returned ?? {}) as { then?: unknown }
    if (typeof then === 'function') then.call(returned, undefined, fail)
  } catch (error) {
    fail(error)
  }
}
