import { expect } from 'vitest'
import type { BodyFormat } from '../../../../src/persistent/encoder/codec.ts'
import { codecOf } from '../../../../src/persistent/encoder/index.ts'
import type { ExportableSpan } from '../../../../src/span-types.ts'
import { type DecodedRequest, decode, decodeJson, type PlacedSpan, placedSpans } from './decode.ts'
import { type Fields, plainSpan } from './plain-span.ts'

export const FORMATS: readonly BodyFormat[] = ['protobuf', 'json']

/** Encodes spans, all of them readable. */
export function encodeAll(format: BodyFormat, spans: readonly ExportableSpan[]): Buffer {
  const { encoded, unreadable } = codecOf(format).encode(spans)
  expect(unreadable).toBe(0)
  expect(encoded?.spans).toBe(spans.length)
  return encoded?.body as Buffer
}

/** Decodes a body of either format by the official .proto files. */
export const decodeAs = (format: BodyFormat, body: Uint8Array): DecodedRequest =>
  format === 'json' ? decodeJson(body) : decode(body)

/** Encodes spans and decodes them, each with its resource and scope. */
export const encodedSpans = (format: BodyFormat, spans: readonly ExportableSpan[]): PlacedSpan[] =>
  placedSpans(decodeAs(format, encodeAll(format, spans)))

/** Encodes one span of these fields and decodes it. */
export const written = (format: BodyFormat, fields: Fields): Record<string, unknown> =>
  encodedSpans(format, [plainSpan(fields)])[0]?.span ?? {}
