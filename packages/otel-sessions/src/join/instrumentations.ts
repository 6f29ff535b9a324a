import type { Span, Tracer, TracerProvider } from '@opentelemetry/api'
import { FollowingProvider, NOOP, type SdkProvider } from '../register-sessions/following-provider.ts'
import type {
  InstrumentationLike,
  InstrumentationLog,
} from '../register-sessions/instrumentations/instrumentation.ts'
import { startInstrumentations } from '../register-sessions/instrumentations/start.ts'

/**
 * The instrumentations that are installed, as long as nobody else has the same: two of a kind would make every span twice.
 * One that somebody else has is noticed by its tracer, which has its name.
 */
export class InstalledInstrumentations {
  readonly #provider: FlushingProvider
  readonly #stopped = new Set<string>()
  #started: readonly InstrumentationLike[] = []

  /**
   * @param current the provider of their spans
   * @param made the providers that they can flush
   */
  constructor(current: () => TracerProvider, made: () => readonly SdkProvider[]) {
    this.#provider = new FlushingProvider((name) => (this.#stopped.has(name) ? NOOP : current()), made)
  }

  /** How many make spans. */
  get count(): number {
    return this.#started.filter(({ instrumentationName }) => !this.#stopped.has(instrumentationName ?? ''))
      .length
  }

  /** Loads and starts them. */
  start(isWanted: boolean, log: InstrumentationLog): void {
    this.#started = startInstrumentations([], isWanted, this.#provider, log)
  }

  /**
   * Lets one of somebody else take the place of the installed one of the same name. The installed one makes no more spans
   * from the first that the other makes, and not before: in CommonJS, the other does not reach a module that is loaded.
   *
   * @returns the tracer for the other
   */
  giveWay(name: string, tracer: Tracer): Tracer {
    // While the installed ones are constructed, they get tracers, too.
    const own = this.#started.find((each) => each.instrumentationName === name)
    if (own === undefined || this.#stopped.has(name)) return tracer
    if (changesModules(own)) return new NoticingTracer(tracer, () => this.#stopped.add(name))
    // The other works in any case. Both would write the headers of a request.
    this.#stopped.add(name)
    try {
      ;(own as { disable?(): void }).disable?.()
    } catch {
      // It makes no spans, whatever else it does.
    }
    return tracer
  }
}

/**
 * That of AWS Lambda looks once, when it gets its provider, for a method behind it that flushes. There may be nothing
 * behind it yet. This is not for the API: who looks there for a provider with processors finds none until there is one.
 */
class FlushingProvider extends FollowingProvider {
  override getDelegate(): SdkProvider {
    return this
  }
}

/** Whether an instrumentation changes modules; others listen to what a library publishes. */
const changesModules = (own: InstrumentationLike): boolean => own.getModuleDefinitions?.().length !== 0

/** A tracer that tells when it makes a span. */
class NoticingTracer implements Tracer {
  readonly #tracer: Tracer
  readonly #onSpan: () => void

  constructor(tracer: Tracer, onSpan: () => void) {
    this.#tracer = tracer
    this.#onSpan = onSpan
  }

  startSpan(...args: Parameters<Tracer['startSpan']>): Span {
    this.#onSpan()
    return this.#tracer.startSpan(...args)
  }

  startActiveSpan<F extends (span: Span) => unknown>(...args: unknown[]): ReturnType<F> {
    this.#onSpan()
    return Reflect.apply(this.#tracer.startActiveSpan, this.#tracer, args)
  }
}
