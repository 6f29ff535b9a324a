import type { Span, Tracer } from '@opentelemetry/api'
import type { SpanProcessorLike } from '../session-processors/types.ts'

/** What is read of a span that starts. In SDK 1.x the property has another name. */
interface Scoped {
  readonly instrumentationScope?: { readonly name: string }
  readonly instrumentationLibrary?: { readonly name: string }
}

/** Tells the spans of some tracers from those of all others, which may have the same name and provider. */
export class OwnSpans {
  #isStarting = false

  /** Returns a tracer that makes the spans of another one, as own spans. */
  mark(tracer: Tracer): Tracer {
    return {
      startSpan: (...args) => this.#start(() => tracer.startSpan(...args)),
      startActiveSpan: (...args: unknown[]) => {
        const fn = args.pop() as (span: Span) => unknown
        args.push((span: Span) => {
          this.#isStarting = false
          return fn(span)
        })
        return this.#start(() => Reflect.apply(tracer.startActiveSpan, tracer, args))
      },
    }
  }

  /** Returns a span processor that tells of spans that are not own ones, with the names of their tracers. */
  noticeOthers(tell: (name: string) => void): SpanProcessorLike {
    return {
      onStart: ({ instrumentationScope, instrumentationLibrary }: Scoped) => {
        const scope = instrumentationScope ?? instrumentationLibrary
        if (!this.#isStarting && scope !== undefined) tell(scope.name)
      },
      onEnd() {},
      async forceFlush() {},
      async shutdown() {},
    }
  }

  #start<T>(makeSpan: () => T): T {
    this.#isStarting = true
    try {
      return makeSpan()
    } finally {
      this.#isStarting = false
    }
  }
}

/** A tracer that tells when it makes a span. */
export class NoticingTracer implements Tracer {
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
