import { after, type Timer } from '@otel-sessions/semconv/internal'
import { problems } from './problems.ts'
import type { ExportResult, SpanExporterLike } from './span-types.ts'

/** Why a call of the wrapped exporter counts as failed. */
export type FailureReason = 'result' | 'threw' | 'timed-out' | 'second-callback' | 'after-shutdown'

/** Gets the result of an export. */
export type ResultCallback = (result: ExportResult) => void

export function failure(message: string, cause?: unknown): ExportResult {
  return { code: 1, error: cause instanceof Error ? cause : new Error(message, { cause }) }
}

/** Calls back. An error of the span processor is not the problem of the wrapped exporter. */
export function callBack(callback: ResultCallback, result: ExportResult): void {
  try {
    callback(result)
  } catch {
    problems.report('callback:threw', () => 'the span processor threw when it got the result of an export')
  }
}

/**
 * Exports one request, and calls back exactly once: with the first result, or with a failure if the wrapped exporter
 * throws or does not answer in time.
 */
export function exportOnce<S>(
  delegate: SpanExporterLike<S>,
  spans: S[],
  timeoutMillis: number,
  countFailure: (reason: FailureReason) => void,
  callback: ResultCallback,
): void {
  let settled: FailureReason | undefined
  let timer: Timer | undefined
  const settle = (reason: FailureReason, result: ExportResult) => {
    if (settled === undefined) {
      settled = reason
      timer?.cancel()
      if (result.code !== 0) countFailure(reason)
      callback(result)
    } else if (settled === 'result') countFailure('second-callback')
  }
  const fail = (error: unknown) => settle('threw', failure('the wrapped exporter threw', error))
  try {
    const returned: unknown = delegate.export(spans, (result) =>
      settle('result', result ?? failure('the wrapped exporter gave no result')),
    )
    // An exporter may be an async function, whose rejection nothing else handles.
    if (returned instanceof Promise) returned.catch(fail)
  } catch (error) {
    fail(error)
  }
  // An exporter that answers at once needs no timer.
  if (settled !== undefined) return
  timer = after(timeoutMillis, () => {
    settle('timed-out', failure(`the wrapped exporter did not answer within ${timeoutMillis} ms`))
  })
}
