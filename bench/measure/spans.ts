import { type Context, context, ROOT_CONTEXT, type Span, type Tracer, trace } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { NoopProcessor, type Stamper } from '../libraries/library.ts'
import type { Variant } from '../support/interleave.ts'
import { type Content, SESSION_ID } from '../support/session.ts'

const SPANS_PER_CHUNK = 250

/**
 * The context inside a scope of a library. The scope stays open: spans that start when its function is over are another
 * case, and what entering costs has a table of its own.
 */
export function contextIn({ scopes }: Pick<Stamper, 'scopes'>, content: Content): Context {
  if (content === 'none') return ROOT_CONTEXT
  let inside = ROOT_CONTEXT
  void scopes[content](SESSION_ID, () => {
    inside = context.active()
    return new Promise(() => {})
  })
  return inside
}

/** Starts spans, sets attributes and ends them; each trace is a chain of the given depth. */
export function spanWork(name: string, stamper: Stamper, content: Content, depth: number): Variant {
  const tracer = tracerOf(stamper)
  const parent = contextIn(stamper, content)
  const traces = SPANS_PER_CHUNK / depth
  const loop = () => {
    for (let count = 0; count < traces; count++) chain(tracer, parent, depth)
  }
  // One of the libraries reads the active context, not the one in which a span starts.
  return { name, operations: SPANS_PER_CHUNK, run: () => context.with(parent, loop) }
}

/** Ended spans of one such chain. */
export function endedSpans(stamper: Stamper, parent: Context, depth: number): ReadableSpan[] {
  const ended: ReadableSpan[] = []
  const collecting = new NoopProcessor()
  collecting.onEnd = (span) => {
    ended.push(span as unknown as ReadableSpan)
  }
  const tracer = tracerOf(stamper, collecting)
  context.with(parent, () => chain(tracer, parent, depth))
  return ended
}

function tracerOf({ processor, wrapTracer }: Stamper, ...others: NoopProcessor[]): Tracer {
  const spanProcessors = [processor, ...others] as unknown as SpanProcessor[]
  const tracer = new BasicTracerProvider({ spanProcessors }).getTracer('ai')
  return wrapTracer === undefined ? tracer : wrapTracer(tracer)
}

function chain(tracer: Tracer, parent: Context, depth: number): Span {
  const span = tracer.startSpan('chat', undefined, parent)
  span.setAttribute('gen_ai.operation.name', 'chat')
  span.setAttribute('gen_ai.request.model', 'model-1')
  span.setAttribute('gen_ai.usage.input_tokens', 1024)
  span.setAttribute('gen_ai.usage.output_tokens', 256)
  span.setAttribute('gen_ai.response.id', 'resp_1')
  if (depth > 1) chain(tracer, trace.setSpan(parent, span), depth - 1)
  span.end()
  return span
}
