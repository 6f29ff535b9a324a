/** Recorded spans as a span processor gets them, and the orders in which they may arrive. */
import type { EndedSpan } from '@otel-sessions/analytics'
import type { RecordedSpan } from '../recordings/recording.ts'

const NANOS = 1_000_000_000n

const hrTime = (nanos: string): [number, number] => [
  Number(BigInt(nanos) / NANOS),
  Number(BigInt(nanos) % NANOS),
]

/** Converts a recorded span to one that has just ended. */
export function asEnded(span: RecordedSpan): EndedSpan {
  const { traceId, spanId, parentSpanId } = span
  return {
    name: span.name,
    // OpenTelemetry's API counts from 0, OTLP from 1.
    kind: span.kind - 1,
    startTime: hrTime(span.start),
    endTime: hrTime(span.end),
    status: { code: span.status.code },
    attributes: withSession(span),
    instrumentationScope: span.scope,
    spanContext: () => ({ traceId, spanId }),
    parentSpanContext: parentSpanId === undefined ? undefined : { spanId: parentSpanId },
  }
}

/**
 * Mastra's exporter passes no span processor, so that its spans were recorded without a session. `SessionSpanExporter` with
 * backfill gives them the one that Mastra's metadata name.
 */
const withSession = ({ scope, attributes }: RecordedSpan): RecordedSpan['attributes'] =>
  scope.name === '@mastra/otel-exporter' ? { 'session.id': 'user_ada_conv_1', ...attributes } : attributes

type Order = (spans: readonly RecordedSpan[]) => readonly RecordedSpan[]

const byEnd = (a: RecordedSpan, b: RecordedSpan): number => {
  const [first, second] = [BigInt(a.end), BigInt(b.end)]
  return first < second ? -1 : first > second ? 1 : 0
}

/** The order in which spans end, as a span processor gets them. */
export const inOrderOfEnd: Order = (spans) => [...spans].sort(byEnd)

/** Orders of arrival, as exporters that retry and processes of their own may cause. */
export const ORDERS: Readonly<Record<string, Order>> = {
  'in the order in which they end': inOrderOfEnd,
  'parents first': (spans) => spans,
  'children first': (spans) => [...spans].reverse(),
  'every other one first': (spans) =>
    [0, 1].flatMap((rest) => spans.filter((_, index) => index % 2 === rest)),
}
