import { type HrTime, type Span, SpanStatusCode } from '@opentelemetry/api'
import { now, type SessionRecordSettings } from '@otel-sessions/semconv/internal'
import { addMillis } from '../emit/check-values.ts'
import { reportFailed } from '../emit/emit-span.ts'

/** The root span of `session.trace`. It ends once, whatever ends it first. No method throws. */
export class RootSpan {
  readonly #span: Span
  readonly #settings: SessionRecordSettings | undefined
  readonly #startedAt = now()
  #lastActive = this.#startedAt
  #hasEnded = false

  /** @param settings of the processor that stamps the span */
  constructor(span: Span, settings: SessionRecordSettings | undefined) {
    this.#span = span
    this.#settings = settings
  }

  /** Ends the span with an error. */
  fail(error: unknown): void {
    this.#finish(undefined, () => {
      this.#span.recordException(error instanceof Error ? error : textOf(error))
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
    })
  }

  /** Ends the span now. */
  readonly end = (): void => this.#finish(undefined, () => {})

  /** Notes that the stream is read. */
  noteActivity(): void {
    this.#lastActive = now()
  }

  /** Ends the span at the time of its last activity, because its stream is abandoned. */
  readonly abandon = (): void => this.#finish(this.#timeOfLastActivity(), () => {})

  /** Keeps the span open for a stream. The shutdown of the provider abandons it: after that no span can end. */
  stayOpen(): void {
    this.noteActivity()
    if (!this.#hasEnded) this.#settings?.flush.atShutdown.add(this.abandon)
  }

  #finish(time: HrTime | undefined, describe: () => void): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#settings?.flush.atShutdown.delete(this.abandon)
    try {
      // The function ended it, or it is not sampled.
      if (!this.#span.isRecording()) return
      try {
        describe()
      } finally {
        this.#span.end(time)
      }
    } catch {
      reportFailed('a span')
    }
  }

  /** Counted from the SDK's start time, so that the end is not before it; undefined where the span does not show it. */
  #timeOfLastActivity(): HrTime | undefined {
    const { startTime } = this.#span as Partial<{ startTime: HrTime }>
    return Array.isArray(startTime) ? addMillis(startTime, this.#lastActive - this.#startedAt) : undefined
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : textOf(error))

/** A thrown value may be anything, even an object that cannot be converted to a string. */
function textOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return typeof error
  }
}
