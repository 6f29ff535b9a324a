import { varintSize, writeVarint } from '@otel-sessions/semconv/internal'
import type { Encoded, PartialSuccess } from './codec.ts'

/** The fields that contain the spans: of a request, of its ResourceSpans, of their ScopeSpans. */
const CHILDREN = [1, 2, 2] as const

/** A message that contains spans at some depth, or a span itself. */
interface Part {
  /** The span; undefined for a message that contains spans. */
  readonly span: Buffer | undefined
  /** The fields that both halves repeat: resource, scope, schema URLs. */
  readonly shared: readonly Buffer[]
  readonly children: readonly Part[]
  readonly spans: number
}

/** Splits a request into two with about half the spans each; undefined for fewer than two spans, or for no request. */
export function splitProtobuf(body: Buffer): readonly [Encoded, Encoded] | undefined {
  try {
    const request = readPart(body, 0)
    if (request.spans < 2) return undefined
    const half = Math.ceil(request.spans / 2)
    return [requestOf(request, 0, half), requestOf(request, half, request.spans)]
  } catch {
    return undefined
  }
}

function readPart(message: Buffer, depth: number): Part {
  const number = CHILDREN[depth]
  if (number === undefined) return { span: message, shared: [], children: [], spans: 1 }
  const shared: Buffer[] = []
  const children: Part[] = []
  let spans = 0
  for (const field of fieldsOf(message)) {
    if (field.number !== number) {
      shared.push(field.whole)
    } else if (field.payload !== undefined) {
      const child = readPart(field.payload, depth + 1)
      children.push(child)
      spans += child.spans
    }
  }
  return { span: undefined, shared, children, spans }
}

function requestOf(request: Part, from: number, to: number): Encoded {
  const pieces: Buffer[] = []
  writePart(request, 0, from, to, pieces)
  return { body: Buffer.concat(pieces), spans: to - from }
}

/** Writes the spans of a range, with everything around them. Returns how many bytes they take. */
function writePart(part: Part, depth: number, from: number, to: number, pieces: Buffer[]): number {
  let size = 0
  const push = (piece: Buffer) => {
    pieces.push(piece)
    size += piece.length
  }
  if (part.span !== undefined) push(part.span)
  for (const piece of part.shared) push(piece)
  let first = 0
  for (const child of part.children) {
    const last = first + child.spans
    if (first < to && last > from && child.spans > 0) {
      const place = pieces.push(EMPTY) - 1
      const length = writePart(child, depth + 1, from - first, to - first, pieces)
      const head = headOf(CHILDREN[depth] ?? 0, length)
      pieces[place] = head
      size += head.length + length
    }
    first = last
  }
  return size
}

const EMPTY = Buffer.alloc(0)

/** The tag and the length in front of a message. */
function headOf(number: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(1 + varintSize(length))
  head[0] = number * 8 + 2
  writeVarint(head, 1, length)
  return head
}

const Response = { partialSuccess: 1 } as const
const Partial = { rejectedSpans: 1, errorMessage: 2 } as const
/** From here on an int64 is negative. */
const NEGATIVE = 2 ** 63

/** Reads an ExportTraceServiceResponse. Throws if it is none. */
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

/** The message of a google.rpc.Status. Throws if it is none. */
export function readStatusMessage(body: Buffer): string {
  const field = fieldsOf(body).find(({ number }) => number === 2)
  return field?.payload?.toString() ?? ''
}

/** One field of a protobuf message. */
interface Field {
  readonly number: number
  /** The bytes of a field with a length; undefined for numbers. */
  readonly payload: Buffer | undefined
  /** The value of a varint; 0 for all other types. Inexact beyond 2^53. */
  readonly value: number
  /** The whole field with its tag. */
  readonly whole: Buffer
}

/** The fields of a message, in order. Throws a RangeError if it is none. */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  while (at < message.length) {
    const start = at
    const tag = readVarint(message, at)
    const number = Math.floor(tag.value / 8)
    if (number === 0) throw new RangeError('invalid field number')
    at = tag.end
    let payload: Buffer | undefined
    let value = 0
    const type = tag.value % 8
    if (type === 0) {
      ;({ value, end: at } = readVarint(message, at))
    } else if (type === 1) {
      at += 8
    } else if (type === 2) {
      const length = readVarint(message, at)
      at = length.end + length.value
      payload = message.subarray(length.end, at)
    } else if (type === 5) {
      at += 4
    } else {
      throw new RangeError('invalid field type')
    }
    if (at > message.length) throw new RangeError('truncated message')
    fields.push({ number, payload, value, whole: message.subarray(start, at) })
  }
  return fields
}

function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index]
    if (byte === undefined) break
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: start + index + 1 }
  }
  throw new RangeError('invalid varint')
}
