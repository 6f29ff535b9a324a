/**
 * Encodes ended spans as OTLP request bodies, and reads what an endpoint answers.
 *
 * `codecOf(format)` gives the codec of a format. `sdk-span.ts` reads the spans of any SDK line, `protobuf.ts` and
 * `json.ts` write them, `protobuf-body.ts` and `json-body.ts` work on finished bodies: they join and split them, and
 * read answers. `protobuf-reader.ts` reads the fields of a body. Calls run from here to those files and on to
 * `sdk-span.ts`, never back. Nothing here throws: a span that cannot be read is left out and counted.
 *
 * @module
 */
import type { ExportableSpan } from '../../span-types.ts'
import type { BodyFormat, Codec, Encoded, PartialSuccess } from './codec.ts'
import { writeJsonRequest } from './json.ts'
import { joinJson, readJsonAnswer, splitJson } from './json-body.ts'
import { writeProtobufRequest } from './protobuf.ts'
import { readProtobufAnswer, readStatusMessage, splitProtobuf } from './protobuf-body.ts'

const protobuf: Codec = {
  format: 'protobuf',
  contentType: 'application/x-protobuf',
  encode: (spans) => counted(spans, writeProtobufRequest(spans)),
  // A request consists of one repeated field, and concatenated messages merge their repeated fields.
  join: (bodies) => bodies,
  split: splitProtobuf,
  readAnswer: (body, contentType) => readAnswer(body, contentType, 'protobuf'),
}

const json: Codec = {
  format: 'json',
  contentType: 'application/json',
  encode: (spans) => counted(spans, writeJsonRequest(spans)),
  join: joinJson,
  split: splitJson,
  readAnswer: (body, contentType) => readAnswer(body, contentType, 'json'),
}

/** The codec of a format. */
export const codecOf = (format: BodyFormat): Codec => (format === 'json' ? json : protobuf)

const counted = (spans: readonly ExportableSpan[], encoded: Encoded | undefined) => ({
  encoded,
  unreadable: spans.length - (encoded?.spans ?? 0),
})

const READERS: Readonly<Record<BodyFormat, (body: Buffer) => PartialSuccess>> = {
  protobuf: readProtobufAnswer,
  json: readJsonAnswer,
}

/** Reads an answer in the format of its content type or of the request, then in the other: some types are wrong. */
function readAnswer(
  body: Buffer,
  contentType: string | undefined,
  requestFormat: BodyFormat,
): PartialSuccess | undefined {
  if (body.length === 0) return undefined
  const format = formatOf(contentType) ?? requestFormat
  for (const read of [READERS[format], READERS[format === 'json' ? 'protobuf' : 'json']]) {
    try {
      const answer = read(body)
      if (answer.rejectedSpans > 0 || answer.message !== '') return answer
    } catch {}
  }
  return undefined
}

/** Reads why an endpoint rejected a request, from a google.rpc.Status or as text; empty if it cannot be read. */
export function readErrorMessage(body: Buffer, contentType: string | undefined): string {
  if (contentType?.includes('protobuf') !== true) return body.toString()
  try {
    return readStatusMessage(body)
  } catch {
    return ''
  }
}

function formatOf(contentType: string | undefined): BodyFormat | undefined {
  const type = contentType?.split(';', 1)[0]?.toLowerCase() ?? ''
  if (type.includes('json')) return 'json'
  return type.includes('protobuf') ? 'protobuf' : undefined
}
