import { type HrTime, type Span, SpanStatusCode } from '@opentelemetry/api'
import type { SessionRecordSettings } from '@otel-sessions/semconv/internal'
import { addMillis } from '../emit/check-time.ts'
import { reportFailed } from '../emit/emit-span.ts'
import { now } from '../platform.ts'

/** The root span of a `trace`: it ends once, whoever ends it, and throws nothing. */
export class RootSpan {
  readonly #span: Span
  readonly #settings: SessionRecordSettings | undefined
  readonly #startedAt = now()
  #lastActive = this.#startedAt
  #isOver = false

  /** @param settings of the processor that stamps it */
  constructor(span: Span, settings: SessionRecordSettings | undefined) {
    this.#span = span
    this.#settings = settings
  }

  /** The work has failed. */
  fail(error: unknown): void {
    this.#finish(undefined, () => {
      this.#span.recordException(error instanceof Error ? error : textOf(error))
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
    })
  }

  /** The work is done. */
  readonly end = (): void => this.#finish(undefined, () => {})

  /** Somebody goes on with it. */
  isActive(): void {
    this.#lastActive = now()
  }

  /** Nobody goes on with it: it ended when somebody last did. */
  readonly leave = (): void => this.#finish(this.#timeOfLastActivity(), () => {})

  /** It is to be left when the provider is shut down, because nothing can end after that. */
  waits(): void {
    this.isActive()
    if (!this.#isOver) this.#settings?.flush.atShutdown.add(this.leave)
  }

  #finish(time: HrTime | undefined, say: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#settings?.flush.atShutdown.delete(this.leave)
    try {
      // It has been ended by the function, or is not sampled.
      if (!this.#span.isRecording()) return
      try {
        say()
      } finally {
        this.#span.end(time)
      }
    } catch {
      reportFailed('a span')
    }
  }

  /** Counted from the start that the SDK gave it, so that it is not before that; undefined where that is not shown. */
  #timeOfLastActivity(): HrTime | undefined {
    const { startTime } = this.#span as Partial<{ startTime: HrTime }>
    return Array.isArray(startTime) ? addMillis(startTime, this.#lastActive - this.#startedAt) : undefined
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : textOf(error))

/** What is thrown may be anything, also something that is no string and cannot be made one. */
function textOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return typeof error
  }
}
