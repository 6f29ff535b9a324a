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

interface InFlight {
  readonly done: Promise<void>
  /** May be called twice. */
  finish(): void
}

/** The calls of the wrapped exporter: each is answered once, in time, and known while it is in flight. */
export class DelegateCalls<S> {
  readonly #delegate: SpanExporterLike<S>
  readonly #timeoutMillis: number
  readonly #countFailure: (reason: FailureReason) => void
  readonly #register: (spans: readonly S[], exported: () => Promise<unknown>) => () => void
  readonly #inFlight = new Set<InFlight>()

  /** @param register called with each export, for those who wait for it; returns a function that undoes it */
  constructor(
    delegate: SpanExporterLike<S>,
    timeoutMillis: number,
    countFailure: (reason: FailureReason) => void,
    register: (spans: readonly S[], exported: () => Promise<unknown>) => () => void,
  ) {
    this.#delegate = delegate
    this.#timeoutMillis = timeoutMillis
    this.#countFailure = countFailure
    this.#register = register
  }

  /**
   * Exports a batch, and calls back once. A batch that backfill made larger than `maxSpans` is exported in several
   * requests, one after the other: exporters reject too many at a time. Then the result is the first failure, if any.
   */
  export(spans: S[], maxSpans: number, callback: (result: ExportResult) => void): void {
    const parts = partsOf(spans, maxSpans)
    const { finish } = this.#begin(spans)
    // The answer may come in another context, in which the next request would be traced.
    const from = context.active()
    let failed: ExportResult | undefined
    const exportFrom = (start: number): void => {
      // A loop while the answers come within the calls: a process that exits does not wait, and the stack must not grow.
      let isAnswered = true
      for (let index = start; isAnswered && index < parts.length; index++) {
        let isInCall = true
        isAnswered = false
        this.#call(parts[index] as S[], (result) => {
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
  }

  /** Waits for what is in flight. */
  settled(what: string, millis = this.#timeoutMillis): Promise<unknown> {
    return within(millis, what, Promise.all(Array.from(this.#inFlight, ({ done }) => done)))
  }

  /** Ends all waiting, and undoes all registrations. */
  close(): void {
    for (const { finish } of this.#inFlight) finish()
  }

  #begin(spans: readonly S[]): InFlight {
    let resolve = () => {}
    const done = new Promise<void>((settle) => {
      resolve = settle
    })
    const unregister = this.#register(spans, () => within(this.#timeoutMillis, 'an export', done))
    const inFlight = {
      done,
      finish: () => {
        this.#inFlight.delete(inFlight)
        unregister()
        resolve()
      },
    }
    this.#inFlight.add(inFlight)
    return inFlight
  }

  /** Calls back exactly once: with the first result, or with a failure if the exporter throws or does not answer in time. */
  #call(spans: S[], callback: (result: ExportResult) => void): void {
    let settled: FailureReason | 'done' | undefined
    let timer: Timer | undefined
    const settle = (result: ExportResult, reason: FailureReason | undefined) => {
      if (settled !== undefined) {
        if (settled === 'done') this.#countFailure('second-callback')
        return
      }
      settled = reason === undefined || reason === 'result' ? 'done' : reason
      timer?.cancel()
      if (reason !== undefined) this.#countFailure(reason)
      callback(result)
    }
    try {
      const returned: unknown = this.#delegate.export(spans, (result) =>
        settle(
          result ?? failure('the wrapped exporter gave no result'),
          result?.code === 0 ? undefined : 'result',
        ),
      )
      // An exporter may be an async function, whose rejection nothing else handles.
      if (returned instanceof Promise) {
        returned.catch((error: unknown) => settle(failure('the wrapped exporter threw', error), 'threw'))
      }
    } catch (error) {
      settle(failure('the wrapped exporter threw', error), 'threw')
    }
    // An exporter that answers at once needs no timer.
    if (settled !== undefined) return
    timer = after(this.#timeoutMillis, () =>
      settle(failure(`the wrapped exporter did not answer within ${this.#timeoutMillis} ms`), 'timed-out'),
    )
  }
}

function partsOf<S>(spans: S[], maxSpans: number): S[][] {
  if (!(Array.isArray(spans) && spans.length > maxSpans)) return [spans]
  const parts: S[][] = []
  for (let start = 0; start < spans.length; start += maxSpans)
    parts.push(spans.slice(start, start + maxSpans))
  return parts
}
