import type { Span, Tracer, TracerProvider } from '@opentelemetry/api'

const GIVES_WAY: unique symbol = Symbol.for('otel-sessions.gives-way') as never

/** Whether a registered provider is one that another registration replaces, of any copy of this package. */
export const givesWay = (provider: object): boolean => GIVES_WAY in provider

type Arguments = Parameters<TracerProvider['getTracer']>

/** A provider whose tracers follow: each span is made by the provider that is the current one when it starts. */
export class FollowingProvider implements TracerProvider {
  readonly [GIVES_WAY] = true
  readonly #current: () => TracerProvider

  constructor(current: () => TracerProvider) {
    this.#current = current
  }

  /** Returns a tracer that asks for the current provider whenever it starts a span. */
  getTracer(...args: Arguments): Tracer {
    return new FollowingTracer(this.#current, args)
  }
}

class FollowingTracer implements Tracer {
  readonly #current: () => TracerProvider
  readonly #args: Arguments
  #provider: TracerProvider | undefined
  #tracer: Tracer | undefined

  constructor(current: () => TracerProvider, args: Arguments) {
    this.#current = current
    this.#args = args
  }

  startSpan(...args: Parameters<Tracer['startSpan']>): Span {
    return this.#find().startSpan(...args)
  }

  startActiveSpan<F extends (span: Span) => unknown>(...args: unknown[]): ReturnType<F> {
    const tracer = this.#find()
    return Reflect.apply(tracer.startActiveSpan, tracer, args)
  }

  #find(): Tracer {
    const provider = this.#current()
    if (this.#tracer === undefined || this.#provider !== provider) {
      this.#provider = provider
      this.#tracer = provider.getTracer(...this.#args)
    }
    return this.#tracer
  }
}
