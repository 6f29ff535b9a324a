import { varintSize, writeVarint } from '@otel-sessions/semconv/internal'
import type { Encoded, PartialSuccess } from './codec.ts'
import { FieldReader } from './protobuf-reader.ts'

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
  const fields = new FieldReader(message)
  while (fields.next()) {
    if (fields.number !== number) {
      shared.push(fields.whole())
    } else if (fields.hasPayload) {
      const child = readPart(fields.payload(), depth + 1)
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
  let [from, to] = [0, 0]
  const response = new FieldReader(body)
  while (response.next()) {
    if (response.number !== Response.partialSuccess || !response.hasPayload) continue
    const partial = response.within()
    while (partial.next()) {
      if (partial.number === Partial.rejectedSpans && partial.value < NEGATIVE) rejectedSpans = partial.value
      if (partial.number === Partial.errorMessage && partial.hasPayload)
        [from, to] = [partial.from, partial.to]
    }
  }
  return { rejectedSpans, message: body.toString('utf8', from, to) }
}

/** The message of a google.rpc.Status. Throws if it is none. */
export function readStatusMessage(body: Buffer): string {
  const status = new FieldReader(body)
  while (status.next()) if (status.number === 2 && status.hasPayload) return status.payload().toString()
  return ''
}
