import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const { Root } = protobuf

const root = new Root()
root.resolvePath = (_, path) => fileURLToPath(new URL(`./proto/${path}`, import.meta.url))
root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto')
const packageName = 'opentelemetry.proto.collector.trace.v1'
const Request = root.lookupType(`${packageName}.ExportTraceServiceRequest`)
const Response = root.lookupType(`${packageName}.ExportTraceServiceResponse`)

/** What stands around a span, and the span. */
export interface PlacedSpan {
  readonly resource: unknown
  readonly resourceSchema: unknown
  readonly scope: unknown
  readonly scopeSchema: unknown
  readonly span: Record<string, unknown>
}

export interface DecodedRequest {
  readonly resourceSpans: readonly {
    readonly resource: unknown
    readonly schemaUrl?: unknown
    readonly scopeSpans: readonly {
      readonly scope: unknown
      readonly schemaUrl?: unknown
      readonly spans: readonly Record<string, unknown>[]
    }[]
  }[]
}

/** 64 bits as digits, bytes in base64, what is absent as its default. */
const PLAIN = { longs: String, bytes: String, enums: Number, defaults: true }

/** A request by the official description. */
export const decode = (body: Uint8Array): DecodedRequest =>
  Request.toObject(Request.decode(body), PLAIN) as DecodedRequest

/** A request in JSON by the official description, and by OTLP's exception to it: IDs are hexadecimal. */
export function decodeJson(body: Uint8Array): DecodedRequest {
  const isId = (key: string) => key === 'traceId' || key === 'spanId' || key === 'parentSpanId'
  const request = JSON.parse(Buffer.from(body).toString(), (key, value) =>
    isId(key) && typeof value === 'string' ? Buffer.from(value, 'hex').toString('base64') : value,
  )
  return Request.toObject(Request.fromObject(request), PLAIN) as DecodedRequest
}

/** A request in JSON as it is. */
export const parse = (body: Uint8Array): DecodedRequest => JSON.parse(Buffer.from(body).toString())

/** The spans of a request in order, each with what stands around it. */
export const placedSpans = ({ resourceSpans }: DecodedRequest): PlacedSpan[] =>
  resourceSpans.flatMap(({ resource, schemaUrl: resourceSchema, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, schemaUrl: scopeSchema, spans }) =>
      spans.map((span) => ({ resource, resourceSchema, scope, scopeSchema, span })),
    ),
  )

/** A receiver's answer in protobuf. */
export const encodeAnswer = (answer: object): Buffer =>
  Buffer.from(Response.encode(Response.fromObject(answer)).finish())
