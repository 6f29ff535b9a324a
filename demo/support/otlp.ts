/** The part of OTLP/JSON that the demo reads, flattened to one record per span. */

export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  /** The instrumentation that created the span. */
  scope: string
  startNano: string
  endNano: string
  /** 2 is ERROR. */
  statusCode: number
  attributes: Record<string, unknown>
}

interface AnyValue {
  stringValue?: string
  boolValue?: boolean
  intValue?: number | string
  doubleValue?: number
  arrayValue?: { values?: AnyValue[] }
  kvlistValue?: { values?: KeyValue[] }
}

interface KeyValue {
  key: string
  value: AnyValue
}

interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  status?: { code?: number }
  attributes?: KeyValue[]
}

export interface OtlpTraces {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] }
    scopeSpans?: { scope?: { name?: string; version?: string }; spans?: OtlpSpan[] }[]
  }[]
}

export function readSpans(body: OtlpTraces): ReceivedSpan[] {
  const scopes = (body.resourceSpans ?? []).flatMap((resource) => resource.scopeSpans ?? [])
  return scopes.flatMap(({ scope, spans }) => (spans ?? []).map((span) => readSpan(span, scope?.name ?? '')))
}

function readSpan(span: OtlpSpan, scope: string): ReceivedSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    name: span.name,
    scope,
    startNano: span.startTimeUnixNano,
    endNano: span.endTimeUnixNano,
    statusCode: span.status?.code ?? 0,
    attributes: readAttributes(span.attributes),
  }
}

export function readAttributes(attributes: KeyValue[] | undefined): Record<string, unknown> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, readValue(value)]))
}

function readValue(value: AnyValue): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(readValue)
  if (value.kvlistValue) return readAttributes(value.kvlistValue.values)
  if (value.intValue !== undefined) return Number(value.intValue)
  return value.stringValue ?? value.boolValue ?? value.doubleValue
}
