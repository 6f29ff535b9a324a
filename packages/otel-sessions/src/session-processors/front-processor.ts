import type { Context } from '@opentelemetry/api'
import type { ExportableSpan, ValidationStats } from '@otel-sessions/exporter'
import { describeError } from '../describe-error.ts'
import { problems } from '../problems.ts'
import type { Bursts, Room } from './bursts.ts'
import type { FrontValidation, Receiver } from './front-validation.ts'
import { classNameOf, read } from './read.ts'
import type { SpanProcessorLike, ValidatingSpanProcessor, ValidatingSpanProcessorStats } from './types.ts'

type Method = keyof ValidatingSpanProcessorStats['failures']

/** The same to call, with whatever the SDK has passed. */
type Inner = Required<{
  [Name in keyof SpanProcessorLike]: (...args: unknown[]) => unknown
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
  /** Passes on what has waited. */
  readonly #bursts: Bursts<ExportableSpan> | undefined
  readonly #failures: Partial<Record<Method, number>> = {}

  /** @param validation the one in front, or the counters of a processor that validates by itself */
  constructor(inner: SpanProcessorLike, validation: FrontValidation | (() => ValidationStats | undefined)) {
    this.#inner = inner as unknown as Inner
    if (typeof read(inner, 'onEnding') === 'function') this.onEnding = (span) => this.#call('onEnding', span)
    this.#receiver = {
      pass: (span) => this.#call('onEnd', span),
      flush: async () => {
        await this.#inner.forceFlush?.()
      },
      room: () => roomOf(inner),
    }
    if (typeof validation === 'function') this.#ownStats = validation
    else {
      this.#validation = validation
      this.#bursts = validation.add(this.#receiver)
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
    return this.#afterRelease(async () => {
      await this.#inner.shutdown?.()
    })
  }

  stats(): ValidatingSpanProcessorStats {
    const session = this.#validation === undefined ? this.#ownStats?.() : this.#validation.stats()
    return { session, failures: { ...this.#failures } }
  }

  /**
   * Passes on the spans that wait, and calls the processor: in the same call, if it takes them all. What was sent of them
   * before is waited for as well.
   */
  #afterRelease(call: () => Promise<void>): Promise<void> {
    this.#validation?.release()
    const drained = this.#bursts?.drained
    if (drained === undefined) return call()
    // Not one after the other: an endpoint that is down would be waited for twice.
    if (this.#bursts?.hasMore === false) return Promise.all([call(), drained]).then(() => {})
    return drained.then(call)
  }

  #call(method: Method, ...args: unknown[]): void {
    try {
      const result = this.#inner[method](...args) as Partial<PromiseLike<unknown>> | undefined
      if (typeof result?.then === 'function') result.then(undefined, (error) => this.#fail(method, error))
    } catch (error) {
      this.#fail(method, error)
    }
  }

  #fail(method: Method, error: unknown): void {
    this.#failures[method] = (this.#failures[method] ?? 0) + 1
    const name = `${classNameOf(this.#inner)}.${method}`
    problems.report(
      'processors:threw',
      () => `${name} threw ${describeError(error)}; counted in stats().failures`,
      name,
    )
  }
}

/** The most requests at the same time that OpenTelemetry's OTLP exporters take. They reject the next one. */
const CONCURRENT_EXPORTS = 30

/**
 * How many spans OpenTelemetry's `BatchSpanProcessor`, or `SimpleSpanProcessor` from SDK 2, can take; undefined for other
 * processors. The first has a queue, the second a request for each span.
 */
function roomOf(processor: object): Room | undefined {
  const pending = read(processor, '_pendingExports')
  if (pending instanceof Set) return { size: CONCURRENT_EXPORTS, free: CONCURRENT_EXPORTS - pending.size }
  const [size, waiting] = [read(processor, '_maxQueueSize'), read(processor, '_finishedSpans')]
  return typeof size === 'number' && Array.isArray(waiting)
    ? { size, free: size - waiting.length }
    : undefined
}
