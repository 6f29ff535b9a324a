import { context, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type SessionProcessors, type SessionProcessorsOptions, sessionProcessors } from 'otel-sessions'
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
