import type { PartialSuccess } from '../codec.ts'
import { fieldsOf } from './wire.ts'

const Response = { partialSuccess: 1 } as const
const Partial = { rejectedSpans: 1, errorMessage: 2 } as const
/** From here on an int64 is negative. */
const NEGATIVE = 2 ** 63

/** ExportTraceServiceResponse. Throws for what is none. */
export function readProtobufAnswer(body: Buffer): PartialSuccess {
  let rejectedSpans = 0
  let message = ''
  for (const { number, payload } of fieldsOf(body)) {
    if (number !== Response.partialSuccess || payload === undefined) continue
    for (const field of fieldsOf(payload)) {
      if (field.number === Partial.rejectedSpans && field.value < NEGATIVE) rejectedSpans = field.value
      if (field.number === Partial.errorMessage) message = field.payload?.toString() ?? message
    }
  }
  return { rejectedSpans, message }
}
