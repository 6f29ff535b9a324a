// The real packages behind the same operations: provider, processor and exporter as an application registers them.

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
import { forgetSessions } from '../../packages/processor/src/langchain/entered-sessions.ts'
import type {
  AttributeValue,
  Exported,
  Other,
  SessionArgument,
  StartOptions,
  World,
  WorldOptions,
} from './world.ts'
import { COMPARED } from './world.ts'

/** The packages accept any value at run time, whatever their types say. */
type Session = Parameters<typeof usingSession>[0]

export interface RealWorldOptions extends WorldOptions {
  /** false: an SDK that never calls `onEnding` (1.x, 2.0 to 2.2), so that the exporter applies the rules for the end. */
  readonly hasOnEnding?: boolean
}

/** The context keys of the libraries, which test/peers checks with the libraries themselves. */
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
  readonly #langchain: Tracer

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
    this.#langchain = provider.getTracer('@traceloop/instrumentation-langchain')
    forgetSessions()
  }

  /** Forgets the exported spans and the sessions that were entered, so that one provider can run thousands of programs. */
  reset(): void {
    this.#exported.length = 0
    forgetSessions()
  }

  startSpan(name: string, at: Context, { langchain = false, ...options }: StartOptions = {}): Span {
    return (langchain ? this.#langchain : this.#tracer).startSpan(name, options, at)
  }

  withSpan(at: Context, span: Span): Context {
    return trace.setSpan(at, span)
  }

  contextWithSession(at: Context, session: SessionArgument): Context {
    return contextWithSession(at, session as Session)
  }

  contextWithoutSession(at: Context): Context {
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

  exported(): Map<string, Exported> {
    return new Map(this.#exported.map(({ name, attributes }) => [name, judgedOf(attributes)]))
  }
}

/** `usingSession` needs a context manager, as in every application. */
export function useContextManager(): { disable: () => void } {
  const manager = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(manager)
  return { disable: () => context.disable() }
}

// Like InMemorySpanExporter, but with an immediate callback: a timer for every span would outlive the whole property.
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

function judgedOf(attributes: Readonly<Record<string, unknown>>): Exported {
  return Object.fromEntries(COMPARED.filter((key) => key in attributes).map((key) => [key, attributes[key]]))
}
