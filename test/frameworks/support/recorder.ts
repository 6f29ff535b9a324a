import { AsyncLocalStorage } from 'node:async_hooks'
import type { Attributes } from '@opentelemetry/api'
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** The attribute with a span's turn; our packages do not read it. */
export const TURN = 'test.turn'

/**
 * Records the turn for which a span was started. It uses Node's AsyncLocalStorage, not OpenTelemetry's context, so
 * that a framework that loses the context does not distort the record.
 */
export class Recorder implements SpanProcessor {
  readonly #turns = new AsyncLocalStorage<string>()
  readonly #starts: Record<string, Attributes> = {}

  inTurn<T>(turn: string, fn: () => T): T {
    return this.#turns.run(turn, fn)
  }

  /** The attributes of each span after all earlier processors have seen its start, by span ID. */
  starts(): Readonly<Record<string, Attributes>> {
    return this.#starts
  }

  onStart(span: Span): void {
    this.#starts[span.spanContext().spanId] = { ...span.attributes }
    const turn = this.#turns.getStore()
    if (turn !== undefined) span.setAttribute(TURN, turn)
  }

  onEnd(): void {}
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}
