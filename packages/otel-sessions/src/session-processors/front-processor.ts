import type { Context } from '@opentelemetry/api'
import type { ExportableSpan, ValidationStats } from '@otel-sessions/exporter'
import { problems } from '../problems.ts'
import type { FrontValidation, Receiver } from './front-validation.ts'
import type { SpanProcessorLike, ValidatingSpanProcessor, ValidatingSpanProcessorStats } from './types.ts'

type Method = keyof ValidatingSpanProcessorStats['failures']

/** The same to call, with whatever the SDK has passed. */
type Inner = Required<{
  [Name in keyof SpanProcessorLike]: (...args: unknown[]) => ReturnType<NonNullable<SpanProcessorLike[Name]>>
}>

/** The key by which a processor that was made here is told, by any copy of this package. */
export const VALIDATES: unique symbol = Symbol.for('otel-sessions.validates') as never

/** A span processor with validation in front of it. */
export class FrontProcessor implements ValidatingSpanProcessor {
  declare readonly onEnding?: (span: object) => void
  readonly [VALIDATES] = true
  readonly #inner: Inner
  readonly #validation: FrontValidation | undefined
  readonly #ownStats: (() => ValidationStats | undefined) | undefined
  readonly #receiver: Receiver
  readonly #failures: Partial<Record<Method, number>> = {}

  /** @param validation the one in front, or the counters of a processor that validates by itself */
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

  onStart(span: object, parentContext: Context): void {
    this.#call('onStart', span, parentContext)
  }

  onEnd(span: ExportableSpan): void {
    if (this.#validation === undefined) this.#call('onEnd', span)
    else this.#validation.end(span, this.#receiver)
  }

  forceFlush(): Promise<void> {
    return this.#afterRelease(() => this.#receiver.flush())
  }

  shutdown(): Promise<void> {
    return this.#afterRelease(async () => this.#inner.shutdown?.())
  }

  stats(): ValidatingSpanProcessorStats {
    const session = this.#validation === undefined ? this.#ownStats?.() : this.#validation.stats()
    return { session, failures: { ...this.#failures } }
  }

  /** Passes on the spans that wait, and calls the processor: in the same call, if it takes them all. */
  #afterRelease(call: () => Promise<void>): Promise<void> {
    this.#validation?.release()
    const drained = this.#validation?.drained
    return drained === undefined ? call() : drained.then(call)
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
