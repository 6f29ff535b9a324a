import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const { Root } = protobuf

const root = new Root()
root.resolvePath = (_, path) => fileURLToPath(new URL(`./proto/${path}`, import.meta.url))
root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto')
const packageName = 'opentelemetry.proto.collector.trace.v1'
const Request = root.lookupType(`${packageName}.ExportTraceServiceRequest`)
const Response = root.lookupType(`${packageName}.ExportTraceServiceResponse`)

/** A span with its resource and scope. */
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

/** 64 bits as digits, bytes in base64, missing fields as their defaults. */
const PLAIN = { longs: String, bytes: String, enums: Number, defaults: true }

/** Decodes a request by the official .proto files. */
export const decode = (body: Uint8Array): DecodedRequest =>
  Request.toObject(Request.decode(body), PLAIN) as DecodedRequest

/** Decodes a JSON request by the official .proto files, with OTLP's exception: IDs are hexadecimal. */
export function decodeJson(body: Uint8Array): DecodedRequest {
  const isId = (key: string) => key === 'traceId' || key === 'spanId' || key === 'parentSpanId'
  const request = JSON.parse(Buffer.from(body).toString(), (key, value) =>
    isId(key) && typeof value === 'string' ? Buffer.from(value, 'hex').toString('base64') : value,
  )
  return Request.toObject(Request.fromObject(request), PLAIN) as DecodedRequest
}

/** Parses a JSON request. */
export const parse = (body: Uint8Array): DecodedRequest => JSON.parse(Buffer.from(body).toString())

/** The spans of a request in order, each with its resource and scope. */
export const placedSpans = ({ resourceSpans }: DecodedRequest): PlacedSpan[] =>
  resourceSpans.flatMap(({ resource, schemaUrl: resourceSchema, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, schemaUrl: scopeSchema, spans }) =>
      spans.map((span) => ({ resource, resourceSchema, scope, scopeSchema, span })),
    ),
  )

/** Encodes an endpoint's answer in protobuf. */
export const encodeAnswer = (answer: object): Buffer =>
  Buffer.from(Response.encode(Response.fromObject(answer)).finish())
