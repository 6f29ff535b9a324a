import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { describe, expect, it } from 'vitest'

const ATTRIBUTES = { text: 'Grüße aus 東京 🧭', words: ['a', 'ü'], count: 3, part: 0.5, flag: true }
const LATE = 'user_1_late'

/** Spans of two instrumentation scopes, of which the exporter changes every second one; they differ only in `key`. */
function batch(key: string, value: (index: number) => string | undefined): ReadableSpan[] {
  const memory = new InMemorySpanExporter()
  let id = 0
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bytes' }),
    idGenerator: {
      generateTraceId: () => `${++id}`.padStart(32, '0'),
      generateSpanId: () => `${++id}`.padStart(16, '0'),
    },
    spanProcessors: [new SimpleSpanProcessor(memory)],
  })
  for (let index = 0; index < 20; index++) {
    const tracer = provider.getTracer(index % 3 ? 'first' : 'second', '1.0.0')
    const session = value(index)
    const attributes = { ...ATTRIBUTES, ...(session && { [key]: session }) }
    const span = tracer.startSpan(`span ${index}`, { startTime: [1, index], attributes })
    span.addEvent('said', { text: ATTRIBUTES.text }, [1, index])
    span.setStatus({ code: 2, message: 'ü' })
    span.end([2, index])
  }
  return memory.getFinishedSpans()
}

function exportedSpans(spans: ReadableSpan[]): ReadableSpan[] {
  const handed: ReadableSpan[] = []
  const delegate = {
    export: (batch: ReadableSpan[]) => void handed.push(...batch),
    shutdown: async () => {},
  }
  new SessionSpanExporter<ReadableSpan>(delegate).export(spans, () => {})
  return handed
}

describe.each([
  ['JSON', JsonTraceSerializer],
  ['protobuf', ProtobufTraceSerializer],
])('a batch that validation changed, as %s', (_, serializer) => {
  const bytes = (spans: ReadableSpan[]) => Buffer.from(serializer.serializeRequest(spans) ?? [])

  it('is byte for byte equal to the SDK’s own spans with those attributes if an ID is dropped', () => {
    const changed = exportedSpans(batch('session.id', (index) => (index % 2 ? 'ungültig' : undefined)))
    const own = batch('session.id', () => undefined)
    expect(changed.filter((span) => span.constructor !== own[0]?.constructor)).toHaveLength(10)
    expect(bytes(changed).equals(bytes(own))).toBe(true)
  })

  it('is byte for byte equal to the SDK’s own spans with those attributes if an ID is added', () => {
    const aliased = batch('thread_id', (index) => (index % 2 ? LATE : undefined))
    const own = batch('thread_id', (index) => (index % 2 ? LATE : undefined))
    for (const span of own) {
      if ('thread_id' in span.attributes) span.attributes['session.id'] = LATE
    }
    expect(bytes(aliased).equals(bytes(own))).toBe(false)
    expect(bytes(exportedSpans(aliased)).equals(bytes(own))).toBe(true)
  })
})
