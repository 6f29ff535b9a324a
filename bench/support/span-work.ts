import { type Context, type Span, type Tracer, trace } from '@opentelemetry/api'
import { BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Variant } from './interleave.ts'

const SPANS_PER_CHUNK = 250

/** Starts, fills and ends spans under a processor, each trace a chain of the given depth. */
export function spanWork(name: string, processor: object, context: Context, depth: number): Variant {
  const provider = new BasicTracerProvider({ spanProcessors: [processor as SpanProcessor] })
  const tracer = provider.getTracer('ai')
  const traces = SPANS_PER_CHUNK / depth
  const run = () => {
    for (let count = 0; count < traces; count++) chain(tracer, context, depth)
  }
  return { name, operations: SPANS_PER_CHUNK, run }
}

/** The session ID that the processor leaves on the last span of a chain: nothing is measured that does not work. */
export function stampedId(processor: object, context: Context, depth: number): unknown {
  const provider = new BasicTracerProvider({ spanProcessors: [processor as SpanProcessor] })
  const span = chain(provider.getTracer('ai'), context, depth)
  return (span as unknown as { attributes: Record<string, unknown> }).attributes['session.id']
}

function chain(tracer: Tracer, context: Context, depth: number): Span {
  const span = tracer.startSpan('chat', undefined, context)
  span.setAttribute('gen_ai.operation.name', 'chat')
  span.setAttribute('gen_ai.request.model', 'model-1')
  span.setAttribute('gen_ai.usage.input_tokens', 1024)
  span.setAttribute('gen_ai.usage.output_tokens', 256)
  span.setAttribute('gen_ai.response.id', 'resp_1')
  const last = depth > 1 ? chain(tracer, trace.setSpan(context, span), depth - 1) : span
  span.end()
  return last
}
