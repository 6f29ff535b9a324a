import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import { encodeAll } from './support/codecs.ts'
import { type DecodedRequest, decode, decodeJson, parse } from './support/decode.ts'
import { ANYTHING, READABLE, randomSpans } from './support/random-spans.ts'
import { sdkSpans } from './support/sdk-spans.ts'

const RUNS = { numRuns: runs(500) }

const theirProtobuf = (spans: ReadableSpan[]): DecodedRequest =>
  decode(ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array)

/** Removes a field that theirs puts inside a resource as well, where the protocol has none. */
function theirJson(spans: ReadableSpan[]): DecodedRequest {
  const request = parse(JsonTraceSerializer.serializeRequest(spans) as Uint8Array)
  for (const { resource } of request.resourceSpans) delete (resource as { schemaUrl?: unknown }).schemaUrl
  return request
}

describe('a body is equal to the one that OpenTelemetry writes', () => {
  it('in protobuf, decoded by the official .proto files, for any spans', () => {
    const property = fc.property(randomSpans(ANYTHING), (spans) => {
      expect(decode(encodeAll('protobuf', spans))).toEqual(theirProtobuf(spans))
    })
    fc.assert(property, RUNS)
  })

  it('in JSON, for any spans with values that JSON supports', () => {
    const property = fc.property(randomSpans(READABLE), (spans) => {
      expect(parse(encodeAll('json', spans))).toEqual(theirJson(spans))
    })
    fc.assert(property, RUNS)
  })

  it('in JSON, decoded by the official .proto files, for any spans: the same as in protobuf', () => {
    const property = fc.property(randomSpans(ANYTHING), (spans) => {
      expect(decodeJson(encodeAll('json', spans))).toEqual(decode(encodeAll('protobuf', spans)))
    })
    fc.assert(property, RUNS)
  })

  it('for spans of the SDK with events, links, limits, two resources and four scopes', () => {
    const spans = sdkSpans()
    expect(spans).toHaveLength(16)
    const written = decode(encodeAll('protobuf', spans))
    expect(written).toEqual(theirProtobuf(spans))
    expect(written.resourceSpans.map(({ scopeSpans }) => scopeSpans.length)).toEqual([2, 2])
    expect(parse(encodeAll('json', spans))).toEqual(theirJson(spans))
  })
})
