import type { Context } from '@opentelemetry/api'
import type { ExportableSpan, ValidationStats } from '@otel-sessions/exporter'
import { problems } from '../problems.ts'
import type { FrontValidation, Receiver } from './front-validation.ts'

/** The methods of a span processor. Structural, so it fits every version of the SDK, and vendors' processors. */
export interface SpanProcessorLike {
  /** Called when a span starts. */
  onStart(span: never, parentContext: never): void
  /** Called, from SDK 2.3 on, when a span is about to end and can still be written to. */
  onEnding?(span: never): void
  /** Called when a span has ended. */
  onEnd(span: never): void
  /** Exports what has ended. */
  forceFlush(): Promise<void>
  /** Exports what has ended, and closes. */
  shutdown(): Promise<void>
}

/** What a processor of `sessionProcessors` counted. */
export interface ValidatingSpanProcessorStats {
  /** What the validation in front of all processors of the call counted, or that of the processor itself if it has one. */
  readonly session: ValidationStats | undefined
  /** How often a method of the processor threw. The application does not notice. */
  readonly failures: Readonly<Partial<Record<'onStart' | 'onEnding' | 'onEnd', number>>>
}

type Method = keyof ValidatingSpanProcessorStats['failures']

/** The names of Node's and the SDK's types are not used: `onStart` gets the SDK's span. */
type Inner = Required<{
  [Name in keyof SpanProcessorLike]: (...args: unknown[]) => ReturnType<NonNullable<SpanProcessorLike[Name]>>
}>

/** The key by which a processor that was made here is told, by any copy of this package. */
export const VALIDATES: unique symbol = Symbol.for('otel-sessions.validates') as never

/**
 * A span processor with validation in front of it. It passes spans that start on as they are. A span that has ended is
 * passed on as it is, too, if validation changes nothing, else as a copy. `sessionProcessors` creates it.
 *
 * None of its methods throws; `forceFlush` and `shutdown` reject as those of the processor do.
 */
export class ValidatingSpanProcessor {
  /** Passes a span that is about to end on; only if the processor has the method. */
  declare readonly onEnding?: (span: object) => void
  /** Internal: tells that validation is done. */
  readonly [VALIDATES] = true
  readonly #inner: Inner
  readonly #validation: FrontValidation | undefined
  readonly #ownStats: (() => ValidationStats | undefined) | undefined
  readonly #receiver: Receiver
  readonly #failures: Partial<Record<Method, number>> = {}

  /**
   * Internal: `sessionProcessors` creates it.
   *
   * @param validation the one in front, or the counters of a processor that validates by itself
   */
  constructor(inner: SpanProcessorLike, validation: FrontValidation | (() => ValidationStats | undefined)) {
    this.#inner = inner as unknown as Inner
    if (typeof inner.onEnding === 'function') this.onEnding = (span) => this.#call('onEnding', span)
    this.#receiver = {
      pass: (span) => this.#call('onEnd', span),
      flush: async () => this.#inner.forceFlush?.(),
    }
    if (typeof validation === 'function') this.#ownStats = validation
    else {
      this.#validation = validation
      validation.add(this.#receiver)
    }
  }

  /** Passes a span that starts on, as it is. */
  onStart(span: object, parentContext: Context): void {
    this.#call('onStart', span, parentContext)
  }

  /** Validates an ended span and passes it on, at once or when its trace is complete (`backfill`). */
  onEnd(span: ExportableSpan): void {
    if (this.#validation === undefined) this.#call('onEnd', span)
    else this.#validation.end(span, this.#receiver)
  }

  /** Passes on the spans that wait for their trace, then flushes the processor. */
  async forceFlush(): Promise<void> {
    await this.#release()
    await this.#receiver.flush()
  }

  /** Passes on the spans that wait for their trace, then shuts the processor down. */
  async shutdown(): Promise<void> {
    await this.#release()
    await this.#inner.shutdown?.()
  }

  /** What was validated, changed, dropped and backfilled so far, and what waits now; plain data. */
  stats(): ValidatingSpanProcessorStats {
    const session = this.#validation === undefined ? this.#ownStats?.() : this.#validation.stats()
    return { session, failures: { ...this.#failures } }
  }

  /** @returns resolves when the spans are passed on; undefined if they are, so that what follows is in the same call */
  #release(): Promise<void> | undefined {
    this.#validation?.release()
    return this.#validation?.drained
  }

  #call(method: Method, ...args: unknown[]): void {
    try {
      this.#inner[method](...args)
    } catch (error) {
      this.#failures[method] = (this.#failures[method] ?? 0) + 1
      const name = `${this.#inner.constructor?.name}.${method}`
      problems.report(
        'processors:threw',
        () => `${name} threw ${(error as Error | undefined)?.name}; counted in stats().failures`,
        name,
      )
    }
  }
}
