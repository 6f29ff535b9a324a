import { context, type Span, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import {
  type SessionProcessors,
  type SessionProcessorsOptions,
  sessionProcessors,
  usingSession,
} from 'otel-sessions'
import { onTestFinished } from 'vitest'

/** Remembers what it gets. */
export class Recorder implements SpanProcessor {
  readonly started: unknown[] = []
  readonly ended: ReadableSpan[] = []
  readonly calls: string[] = []

  onStart(span: unknown): void {
    this.started.push(span)
  }

  onEnd(span: ReadableSpan): void {
    this.ended.push(span)
    this.calls.push(span.name)
  }

  async forceFlush(): Promise<void> {
    this.calls.push('forceFlush')
  }

  async shutdown(): Promise<void> {
    this.calls.push('shutdown')
  }

  /** The session of each span that has arrived, by the name of the span. */
  get sessions(): Record<string, unknown> {
    return Object.fromEntries(this.ended.map((span) => [span.name, span.attributes['session.id']]))
  }
}

/** An application with processors behind `sessionProcessors`. */
export function start(
  spanProcessors: readonly SpanProcessor[],
  options?: SessionProcessorsOptions,
): { tracer: Tracer; provider: BasicTracerProvider; processors: SessionProcessors } {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  onTestFinished(() => context.disable())
  const processors = sessionProcessors(spanProcessors, options)
  const provider = new BasicTracerProvider({ spanProcessors: processors })
  onTestFinished(() => provider.shutdown().catch(() => {}))
  return { provider, processors, tracer: provider.getTracer('test') }
}

/** Runs `fn` with a span that is active, and ends it. */
export function inSpan<T>(tracer: Tracer, name: string, fn: () => T): T {
  const span = tracer.startSpan(name)
  try {
    return context.with(trace.setSpan(context.active(), span), fn)
  } finally {
    span.end()
  }
}

/** An exporter over a network: it answers later, to one request after the other. */
export function network() {
  const arrived: ReadableSpan[] = []
  const requests: number[] = []
  const exporter: SpanExporter = {
    export: (spans, done) => {
      requests.push(spans.length)
      setImmediate(() => {
        arrived.push(...spans)
        done({ code: 0 })
      })
    },
    shutdown: async () => {},
  }
  return { exporter, arrived, requests }
}

/** Starts and ends spans without a session below a root; the last one is in a session. */
export function startTrace(tracer: Tracer, count: number, session = 'user_a_conv'): Span {
  const root = tracer.startSpan('root')
  context.with(trace.setSpan(context.active(), root), () => {
    for (let index = 2; index < count; index++) tracer.startSpan('query').end()
    usingSession(session, () => inSpan(tracer, 'step', () => {}))
  })
  return root
}
