import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { describe, expect, it } from 'vitest'
import { endedSpans } from '../support.ts'

/** What spans have beside their attributes in every version of the SDK. */
const COMMON = [
  'name',
  'kind',
  'startTime',
  'endTime',
  'status',
  'links',
  'events',
  'duration',
  'ended',
  'resource',
  'droppedAttributesCount',
  'droppedEventsCount',
  'droppedLinksCount',
]
/** What 2.0 renamed. */
const OF_SDK_1 = ['parentSpanId', 'instrumentationLibrary']
const OF_SDK_2 = ['parentSpanContext', 'instrumentationScope']

/** A span with something of every kind, and something dropped of every kind. */
function richSpan(): ReadableSpan {
  const limits = { attributeCountLimit: 2, eventCountLimit: 1, linkCountLimit: 1 }
  const spanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
  const [span] = endedSpans(
    (tracer) => {
      const parent = trace.setSpanContext(ROOT_CONTEXT, spanContext)
      const attributes = { thread_id: 't1', a: [1, 2], dropped: true }
      const span = tracer.startSpan('span', { kind: SpanKind.CLIENT, attributes }, parent)
      for (const name of ['one', 'two', 'three']) span.addEvent(name)
      for (let count = 0; count < 4; count++) span.addLink({ context: spanContext })
      span.setStatus({ code: 2, message: 'broken' })
      span.end()
    },
    { spanLimits: limits },
  )
  return span as ReadableSpan
}

/** The same with the names of SDK 1.x only. */
function asSdk1(span: ReadableSpan): ReadableSpan {
  const { parentSpanContext, instrumentationScope, ...others } = span
  return {
    ...others,
    ...Object.fromEntries(COMMON.map((name) => [name, span[name as keyof ReadableSpan]])),
    spanContext: span.spanContext.bind(span),
    parentSpanId: parentSpanContext?.spanId,
    instrumentationLibrary: instrumentationScope,
  } as unknown as ReadableSpan
}

function viewOf(span: ReadableSpan): ReadableSpan {
  const memory = new InMemorySpanExporter()
  new SessionSpanExporter(memory).export([span], () => {})
  const view = memory.getFinishedSpans()[0] as ReadableSpan
  expect(view).not.toBe(span)
  expect(view.attributes).toEqual({ 'session.id': 't1', thread_id: 't1', a: [1, 2] })
  return view
}

describe('a span with a changed attribute', () => {
  const at = (span: ReadableSpan, property: string) => (span as never as Record<string, unknown>)[property]

  it.each([...COMMON, ...OF_SDK_2])('has the same %s as the SDK’s span', (property) => {
    const span = richSpan()
    expect(at(span, property)).toBeTruthy()
    expect(at(viewOf(span), property)).toBe(at(span, property))
    expect(viewOf(span).spanContext()).toBe(span.spanContext())
  })

  it.each([...COMMON, ...OF_SDK_1])('has the same %s as a span of SDK 1.x', (property) => {
    const span = asSdk1(richSpan())
    expect(at(span, property)).toBeTruthy()
    expect(at(viewOf(span), property)).toBe(at(span, property))
  })

  // Published exporters check `'parentSpanId' in span`.
  it('has the names of its own SDK version only', () => {
    const has = (span: ReadableSpan, names: string[]) => names.map((name) => name in span)
    expect(has(viewOf(richSpan()), OF_SDK_1)).toEqual([false, false])
    expect(has(viewOf(asSdk1(richSpan())), OF_SDK_2)).toEqual([false, false])
  })

  it('can be wrapped by the next exporter, by Object.create and by a Proxy', () => {
    const view = viewOf(richSpan())
    const created: ReadableSpan = Object.create(view, { attributes: { value: {} } })
    const proxied = new Proxy(view, {})
    for (const wrapped of [created, proxied]) {
      expect(wrapped.name).toBe('span')
      expect(wrapped.duration).toBe(view.duration)
      expect(wrapped.spanContext()).toBe(view.spanContext())
    }
  })
})
