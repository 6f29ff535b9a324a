import { type Span, SpanStatusCode } from '@opentelemetry/api'
import { reportFailed } from './say.ts'

/** The root span of a `trace`: it ends once, whoever ends it, and throws nothing. */
export class RootSpan {
  readonly #span: Span
  #isOver = false

  constructor(span: Span) {
    this.#span = span
  }

  /** The work has failed. */
  fail(error: unknown): void {
    this.#finish(() => {
      this.#span.recordException(error instanceof Error ? error : textOf(error))
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
    })
  }

  /** The work is done. */
  readonly end = (): void => this.#finish(() => {})

  #finish(say: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    try {
      // It has been ended by the function, or is not sampled.
      if (!this.#span.isRecording()) return
      try {
        say()
      } finally {
        this.#span.end()
      }
    } catch {
      reportFailed('a span')
    }
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
