import { type OtlpTraces, readAttributes } from '../../demo/support/otlp.ts'

/** An OTLP span with its resource and its scope, and with defaults for the fields that OTLP may omit. */
export interface WireSpan {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  kind: number
  start: string
  end: string
  status: { code: number; message: string }
  events: Named[]
  links: { traceId: string; spanId: string; attributes: Attributes }[]
  flags: number
  traceState: string
  attributes: Attributes
  scope: string
  resource: Attributes
}

export type Attributes = Record<string, unknown>
type KeyValues = Parameters<typeof readAttributes>[0]

interface Named {
  name: string
  time: string
  attributes: Attributes
}

/** The fields of OTLP/JSON that are read here in addition to the demo's. */
interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name?: string
  kind?: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  status?: { code?: number; message?: string }
  events?: { name: string; timeUnixNano: string; attributes?: KeyValues }[]
  links?: { traceId: string; spanId: string; attributes?: KeyValues }[]
  flags?: number
  traceState?: string
  attributes?: KeyValues
}

/** Reads OTLP/JSON from the collector or from the SDK's serializer. */
export function readWireSpans({ resourceSpans = [] }: OtlpTraces): WireSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      (spans as OtlpSpan[]).map((span) =>
        readSpan(span, `${scope?.name ?? ''}@${scope?.version ?? ''}`, readAttributes(resource?.attributes)),
      ),
    ),
  )
}

function readSpan(span: OtlpSpan, scope: string, resource: Attributes): WireSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    name: span.name ?? '',
    kind: span.kind ?? 0,
    start: String(span.startTimeUnixNano),
    end: String(span.endTimeUnixNano),
    status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
    events: (span.events ?? []).map(({ name, timeUnixNano, attributes }) => ({
      name,
      time: String(timeUnixNano),
      attributes: readAttributes(attributes),
    })),
    links: (span.links ?? []).map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: readAttributes(attributes),
    })),
    flags: span.flags ?? 0,
    traceState: span.traceState ?? '',
    attributes: readAttributes(span.attributes),
    scope,
    resource,
  }
}
