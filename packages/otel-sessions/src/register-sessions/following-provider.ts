import { ProxyTracerProvider, type Span, type Tracer, type TracerProvider } from '@opentelemetry/api'

const GIVES_WAY: unique symbol = Symbol.for('otel-sessions.gives-way') as never

/** Whether a registered provider is one that another registration replaces, of any copy of this package. */
export const givesWay = (provider: object): boolean => GIVES_WAY in provider

/** Makes no spans. */
export const NOOP: TracerProvider = new ProxyTracerProvider()

/** A provider that may be one of an SDK. */
export interface SdkProvider extends TracerProvider {
  forceFlush?(): Promise<void>
  shutdown?(): Promise<void>
}

type Arguments = Parameters<TracerProvider['getTracer']>

/** Finds the provider that makes the next span of a tracer, by the name of the tracer. */
type Current = (name: string) => TracerProvider

/** A provider whose tracers follow: each span is made by the provider that is the current one when it starts. */
export class FollowingProvider implements TracerProvider {
  readonly [GIVES_WAY] = true
  readonly #current: Current
  readonly #made: () => readonly SdkProvider[]
  /**
   * @param current the provider that makes the next span
   * @param made the providers that have made spans, or are about to
   */
  constructor(current: Current, made: () => readonly SdkProvider[] = () => []) {
    this.#current = current
    this.#made = made
  }

  /** Returns a tracer that asks for the current provider whenever it starts a span. */
  getTracer(...args: Arguments): Tracer {
    return new FollowingTracer(this.#current, args)
  }

  /** The provider behind this one; one that makes no spans if there is none yet. */
  getDelegate(): SdkProvider {
    return this.#made().at(-1) ?? NOOP
  }

  /** Flushes the providers, as an application does that has got this one from the API. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#made().map((each) => each.forceFlush?.()))
  }

  /** Shuts the providers down. */
  async shutdown(): Promise<void> {
    await Promise.all(this.#made().map((each) => each.shutdown?.()))
  }
}

class FollowingTracer implements Tracer {
  readonly #current: Current
  readonly #args: Arguments
  #provider: TracerProvider | undefined
  #tracer: Tracer | undefined

  constructor(current: Current, args: Arguments) {
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
    const provider = this.#current(this.#args[0])
    if (this.#tracer === undefined || this.#provider !== provider) {
      this.#provider = provider
      this.#tracer = provider.getTracer(...this.#args)
    }
    return this.#tracer
  }
}
