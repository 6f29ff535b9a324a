import type { BodyFormat, PartialSuccess } from './codec.ts'
import { readJsonAnswer } from './json/answer.ts'
import { readProtobufAnswer } from './protobuf/answer.ts'

/**
 * What an answer says of spans that were not taken, in the format that its content type names, else in that of the
 * request. Undefined where it says nothing, where it is in another format, or cannot be read.
 */
export function readAnswer(
  body: Buffer,
  contentType: string | undefined,
  format: BodyFormat,
): PartialSuccess | undefined {
  const read = readers[formatOf(contentType) ?? format]
  try {
    const answer = read(body)
    return answer.rejectedSpans === 0 && answer.message === '' ? undefined : answer
  } catch {
    return undefined
  }
}

const readers = { protobuf: readProtobufAnswer, json: readJsonAnswer, other: () => NOTHING }
const NOTHING: PartialSuccess = { rejectedSpans: 0, message: '' }

function formatOf(contentType: string | undefined): keyof typeof readers | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (!type) return undefined
  if (type === 'application/json') return 'json'
  return type === 'application/x-protobuf' || type === 'application/protobuf' ? 'protobuf' : 'other'
}
