import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'

const remote = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: createTraceState('vendor=1,other=2'),
}

/** Spans of the SDK with every kind of content, of two resources with two scopes each. */
export function sdkSpans(): ReadableSpan[] {
  const ended: ReadableSpan[] = []
  const collect = {
    onStart: () => {},
    onEnd: (span: ReadableSpan) => ended.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  for (const service of ['shop', 'läden']) {
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes(
        { 'service.name': service, 'process.pid': 7 },
        { schemaUrl: 'https://r' },
      ),
      spanProcessors: [collect],
      spanLimits: { attributeCountLimit: 20, eventCountLimit: 2, linkCountLimit: 2 },
    })
    for (const scope of ['one', 'two']) {
      const tracer = provider.getTracer(scope, '1.2.3', { schemaUrl: `https://${scope}` })
      request(tracer)
      request(tracer)
    }
  }
  return ended
}

function request(tracer: Tracer): void {
  const root = tracer.startSpan(
    'POST /chat',
    { kind: SpanKind.SERVER },
    trace.setSpanContext(ROOT_CONTEXT, remote),
  )
  const links = [{ context: remote, attributes: { why: 'batch' } }, { context: root.spanContext() }]
  const child = tracer.startSpan(
    'chat gpt-4o',
    { kind: SpanKind.CLIENT, links: [...links, ...links] },
    trace.setSpan(ROOT_CONTEXT, root),
  )
  child.setAttributes({
    'gen_ai.prompt': 'Grüße, 世界 🌍. '.repeat(50),
    tokens: 812,
    temperature: 0.7,
    stream: true,
    stops: ['a', 'b'],
    holes: [1, null, undefined, 3],
    negative: -5,
    empty: '',
  })
  for (let count = 0; count < 25; count++) root.setAttribute(`key ${count}`, count)
  child.addEvent('first token', { index: 0 })
  child.recordException(new TypeError('broken'))
  child.addEvent('one too many')
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' })
  child.end()
  root.setStatus({ code: SpanStatusCode.OK })
  root.end()
}
