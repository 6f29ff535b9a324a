import type { ExportableSpan } from '../../span-types.ts'
import { readAnswer } from './answer.ts'
import type { BodyFormat, Codec, Encoded } from './codec.ts'
import { joinJson } from './json/join.ts'
import { writeJsonRequest } from './json/request.ts'
import { splitJson } from './json/split.ts'
import { writeProtobufRequest } from './protobuf/request.ts'
import { splitRequest } from './protobuf/split.ts'

type Write = (spans: readonly ExportableSpan[]) => Encoded | undefined

/** Says how many spans are missing in what was written. */
const counting =
  (write: Write): Codec['encode'] =>
  (spans) => {
    const encoded = write(spans)
    return { encoded, unreadable: spans.length - (encoded?.spans ?? 0) }
  }

const codecs: Readonly<Record<BodyFormat, Codec>> = {
  protobuf: {
    format: 'protobuf',
    contentType: 'application/x-protobuf',
    encode: counting(writeProtobufRequest),
    // A request has nothing but a repeated field, and those of messages written one after the other are one list.
    join: (bodies) => bodies,
    split: splitRequest,
    readAnswer: (body, contentType) => readAnswer(body, contentType, 'protobuf'),
  },
  json: {
    format: 'json',
    contentType: 'application/json',
    encode: counting(writeJsonRequest),
    join: joinJson,
    split: splitJson,
    readAnswer: (body, contentType) => readAnswer(body, contentType, 'json'),
  },
}

/** The codec of a format. */
export const codecOf = (format: BodyFormat): Codec => codecs[format]
