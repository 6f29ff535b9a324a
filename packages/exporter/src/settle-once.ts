import { after } from './deadline.ts'
import { sayOnce } from './report.ts'
import type { ExportResult, SpanExporterLike } from './span-types.ts'
import { type Counters, type FailureReason, increment } from './stats.ts'

const FAILED = 1

export function failure(message: string, cause?: unknown): ExportResult {
  return { code: FAILED, error: cause instanceof Error ? cause : new Error(message, { cause }) }
}

/** Calls back. A span processor that throws at that is not the wrapped exporter's problem. */
export function tell(callback: (result: ExportResult) => void, result: ExportResult): void {
  try {
    callback(result)
  } catch {
    sayOnce('callback', () => 'the span processor threw when it was told the result of an export')
  }
}

/**
 * Exports a batch, and calls back exactly once: with the wrapped exporter's first result, or with a failure
 * when it throws or does not call back in time.
 */
export function exportOnce<S>(
  delegate: SpanExporterLike<S>,
  spans: S[],
  timeoutMillis: number,
  counters: Counters,
  callback: (result: ExportResult) => void,
): void {
  let settled: FailureReason | 'done' | undefined
  const settle = (result: ExportResult, reason: FailureReason | undefined) => {
    if (settled !== undefined) {
      if (settled === 'done') increment(counters.failures, 'second-callback')
      return
    }
    settled = reason === undefined || reason === 'result' ? 'done' : reason
    timer?.cancel()
    if (reason !== undefined) increment(counters.failures, reason)
    tell(callback, result)
  }
  let timer: { cancel(): void } | undefined
  try {
    const returned: unknown = delegate.export(spans, (result) =>
      settle(
        result ?? failure('the wrapped exporter gave no result'),
        result?.code === 0 ? undefined : 'result',
      ),
    )
    // An exporter may be an async function; what it rejects with is nobody else's.
    if (returned instanceof Promise) {
      returned.catch((error: unknown) => settle(failure('the wrapped exporter threw', error), 'threw'))
    }
  } catch (error) {
    settle(failure('the wrapped exporter threw', error), 'threw')
  }
  // An exporter that answers at once, as one that only queues does, needs none.
  if (settled !== undefined) return
  timer = after(timeoutMillis, () =>
    settle(failure(`the wrapped exporter did not call back within ${timeoutMillis} ms`), 'timed-out'),
  )
}
