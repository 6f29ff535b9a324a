// The real packages behind the same few verbs: provider, processor and gate as an application registers them.

import {
  type Context,
  context,
  createContextKey,
  ROOT_CONTEXT,
  type Span,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import {
  contextWithoutSession,
  contextWithSession,
  SessionSpanProcessor,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
import type {
  AttributeValue,
  Other,
  SessionArgument,
  Shipped,
  StartOptions,
  World,
  WorldOptions,
} from './world.ts'
import { JUDGED } from './world.ts'

/** The packages take any value at run time; their types are for people who have types. */
type Session = Parameters<typeof usingSession>[0]

export interface RealWorldOptions extends WorldOptions {
  /** false: an SDK that never calls `onEnding` (1.x, 2.0 to 2.2). The gate runs the late rules then. */
  readonly hasOnEnding?: boolean
}

/** What the libraries write; tests beside the libraries themselves hold that they do. */
const KEYS: Readonly<Record<Other, symbol>> = {
  openinference: createContextKey('OpenInference SDK Context Key session.id'),
  langfuse: createContextKey('langfuse_session_id'),
  traceloop: createContextKey('conversation_id'),
  association: createContextKey('association_properties'),
  inbound: createContextKey('otel-sessions.inbound'),
}

export class RealWorld implements World<Context, Span> {
  readonly rootContext = ROOT_CONTEXT
  readonly #exported: ReadableSpan[] = []
  readonly #tracer: Tracer

  constructor({ hasOnEnding = true, ...options }: RealWorldOptions = {}) {
    const processor = new SessionSpanProcessor(options)
    const exporter = new SessionSpanExporter(keepIn(this.#exported))
    const provider = new BasicTracerProvider({
      spanProcessors: [
        hasOnEnding ? processor : withoutOnEnding(processor),
        new SimpleSpanProcessor(exporter),
      ],
    })
    this.#tracer = provider.getTracer('model')
  }

  /** Forgets what was exported, so that one provider serves thousands of programs. */
  reset(): void {
    this.#exported.length = 0
  }

  startSpan(name: string, at: Context, options: StartOptions = {}): Span {
    return this.#tracer.startSpan(name, options, at)
  }

  withSpan(at: Context, span: Span): Context {
    return trace.setSpan(at, span)
  }

  setSession(at: Context, session: SessionArgument): Context {
    return contextWithSession(at, session as Session)
  }

  clearSession(at: Context): Context {
    return contextWithoutSession(at)
  }

  usingSession(at: Context, session: SessionArgument): Context {
    return context.with(at, () => usingSession(session as Session, () => context.active()))
  }

  withOther(at: Context, other: Other, session: AttributeValue): Context {
    return at.setValue(KEYS[other], other === 'association' ? { session_id: session } : session)
  }

  setAttribute(span: Span, key: string, value: AttributeValue): void {
    span.setAttribute(key, value)
  }

  setSpanSession(span: Span, session: SessionArgument): void {
    setSpanSession(span, session as Session)
  }

  end(span: Span): void {
    span.end()
  }

  shipped(): Map<string, Shipped> {
    return new Map(this.#exported.map(({ name, attributes }) => [name, judgedOf(attributes)]))
  }
}

/** usingSession needs a context manager, as in every application. */
export function useContextManager(): { disable: () => void } {
  const manager = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(manager)
  return { disable: () => context.disable() }
}

// InMemorySpanExporter, but its callback comes at once: a timer for every span would outlive the whole property.
function keepIn(exported: ReadableSpan[]): SpanExporter {
  return {
    export: (spans, callback) => {
      exported.push(...spans)
      callback({ code: 0 })
    },
    shutdown: () => Promise.resolve(),
  }
}

function withoutOnEnding(processor: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, at) => processor.onStart(span, at),
    onEnd: (span) => processor.onEnd(span),
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  }
}

function judgedOf(attributes: Readonly<Record<string, unknown>>): Shipped {
  return Object.fromEntries(JUDGED.filter((key) => key in attributes).map((key) => [key, attributes[key]]))
}
