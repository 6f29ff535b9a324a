import { context } from '@opentelemetry/api'
import { after, type Timer, within } from '@otel-sessions/semconv/internal'
import { problems } from './problems.ts'
import type { ExportResult, SpanExporterLike } from './span-types.ts'

/** Why a call of the wrapped exporter counts as failed. */
export type FailureReason = 'result' | 'threw' | 'timed-out' | 'second-callback' | 'after-shutdown'

export function failure(message: string, cause?: unknown): ExportResult {
  return { code: 1, error: cause instanceof Error ? cause : new Error(message, { cause }) }
}

/** Calls back. An error of the span processor is not the problem of the wrapped exporter. */
export function callBack(callback: (result: ExportResult) => void, result: ExportResult): void {
  try {
    callback(result)
  } catch {
    problems.report('callback:threw', () => 'the span processor threw when it got the result of an export')
  }
}

/** The calls of the wrapped exporter: each is answered once, in time, and known while it is in flight. */
export interface DelegateCalls<S> {
  /**
   * Exports a batch, and calls back once. A batch that backfill made larger than `maxSpans` is exported in several
   * requests, one after the other: exporters reject too many at a time. Then the result is the first failure, if any.
   */
  export(spans: S[], maxSpans: number, callback: (result: ExportResult) => void): void
  /** Waits for what is in flight. */
  settled(what: string, millis?: number): Promise<unknown>
  /** Ends all waiting, and undoes all registrations. */
  close(): void
}

/**
 * Prepares the calls of the wrapped exporter.
 *
 * @param register called with each export, for those who wait for it; returns a function that undoes it
 */
export function delegateCalls<S>(
  delegate: SpanExporterLike<S>,
  timeoutMillis: number,
  countFailure: (reason: FailureReason) => void,
  register: (spans: readonly S[], exported: () => Promise<unknown>) => () => void,
): DelegateCalls<S> {
  /** What is in flight, by the function that ends waiting for it, which may be called twice. */
  const inFlight = new Map<() => void, Promise<void>>()

  const begin = (spans: readonly S[]) => {
    let resolve = () => {}
    const done = new Promise<void>((settle) => {
      resolve = settle
    })
    const unregister = register(spans, () => within(timeoutMillis, 'an export', done))
    const finish = () => {
      inFlight.delete(finish)
      unregister()
      resolve()
    }
    inFlight.set(finish, done)
    return finish
  }

  /** Calls back exactly once: with the first result, or with a failure if the exporter throws or does not answer in time. */
  const call = (spans: S[], callback: (result: ExportResult) => void): void => {
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

  return {
    export(spans, maxSpans, callback) {
      const parts = partsOf(spans, maxSpans)
      const finish = begin(spans)
      // The answer may come in another context, in which the next request would be traced.
      const from = context.active()
      let failed: ExportResult | undefined
      const exportFrom = (start: number): void => {
        // A loop while the answers come within the calls: a process that exits does not wait, and the stack must not grow.
        let isAnswered = true
        for (let index = start; isAnswered && index < parts.length; index++) {
          let isInCall = true
          isAnswered = false
          call(parts[index] as S[], (result) => {
            if (result.code !== 0) failed ??= result
            if (index === parts.length - 1) {
              finish()
              callBack(callback, failed ?? result)
            } else if (isInCall) isAnswered = true
            else context.with(from, exportFrom, undefined, index + 1)
          })
          isInCall = false
        }
      }
      exportFrom(0)
    },
    settled: (what, millis = timeoutMillis) => within(millis, what, Promise.all(inFlight.values())),
    close() {
      for (const finish of inFlight.keys()) finish()
    },
  }
}

function partsOf<S>(spans: S[], maxSpans: number): S[][] {
  if (!(Array.isArray(spans) && spans.length > maxSpans)) return [spans]
  const count = Math.ceil(spans.length / maxSpans)
  return Array.from({ length: count }, (_, part) => spans.slice(part * maxSpans, (part + 1) * maxSpans))
}
