import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { fieldsOf } from './protobuf.ts'

export const JSON_TYPE = 'application/json'

/** A received request. */
export interface Received {
  readonly body: Buffer
  readonly contentType: string | undefined
  readonly encoding: string | undefined
}

interface JsonRequest {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly { readonly spans?: readonly { readonly spanId: string }[] }[]
  }[]
}

/** The IDs of the spans in an OTLP request, 8 bytes each. Throws for an invalid or truncated body. */
export function spanIdsOf({ body, contentType, encoding }: Received): Buffer[] {
  const message = decompress(body, encoding)
  return contentType === JSON_TYPE ? idsOfJson(message) : idsOfProtobuf(message)
}

function decompress(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return gunzipSync(body)
  if (encoding === 'zstd') return zstdDecompressSync(body)
  if (encoding === undefined || encoding === 'identity') return body
  throw new Error(`content-encoding ${encoding}`)
}

function idsOfJson(message: Buffer): Buffer[] {
  const { resourceSpans = [] }: JsonRequest = JSON.parse(message.toString())
  const scopes = resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans)
  return scopes.flatMap(({ spans = [] }) => spans.map(({ spanId }) => Buffer.from(spanId, 'hex')))
}

/** ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2, Span.span_id = 2. */
function idsOfProtobuf(message: Buffer): Buffer[] {
  const path = [1, 2, 2, 2]
  return path.reduce<Buffer[]>(
    (messages, wanted) =>
      messages.flatMap((one) =>
        [...fieldsOf(one)].filter(({ number }) => number === wanted).map(({ bytes }) => bytes),
      ),
    [message],
  )
}
