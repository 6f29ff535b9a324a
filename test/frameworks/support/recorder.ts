import { AsyncLocalStorage } from 'node:async_hooks'
import type { Attributes } from '@opentelemetry/api'
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** The attribute that says to which turn a span belongs; nothing of ours reads it. */
export const TURN = 'test.turn'

/**
 * Knows the truth: which turn a span was started for. It asks Node itself, not OpenTelemetry's context, because a
 * framework that loses the one must not make the other wrong.
 */
export class Recorder implements SpanProcessor {
  readonly #turns = new AsyncLocalStorage<string>()
  readonly #starts: Record<string, Attributes> = {}

  inTurn<T>(turn: string, fn: () => T): T {
    return this.#turns.run(turn, fn)
  }

  /** The attributes that each span had when every processor before this one had seen its start, by span ID. */
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
