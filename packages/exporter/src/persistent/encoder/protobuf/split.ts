import { varintSize, writeVarint } from '@otel-sessions/semconv/internal'
import type { Encoded } from '../codec.ts'
import { fieldsOf } from './wire.ts'

/** Where the messages are that a request is divided by: of a request, of its ResourceSpans, of their ScopeSpans. */
const CHILDREN = [1, 2, 2] as const

/** A message that has spans in it, somewhere below, or is one. */
interface Part {
  /** The span; undefined for what has spans. */
  readonly span: Buffer | undefined
  /** What both halves must have: the resource, the scope, their schemas. */
  readonly rest: readonly Buffer[]
  readonly children: readonly Part[]
  readonly spans: number
}

/** Two requests of about half the spans; undefined for fewer than two spans, or for what is no request. */
export function splitRequest(body: Buffer): readonly [Encoded, Encoded] | undefined {
  try {
    const request = read(body, 0)
    if (request.spans < 2) return undefined
    const half = Math.ceil(request.spans / 2)
    return [encode(request, 0, half), encode(request, half, request.spans)]
  } catch {
    return undefined
  }
}

function read(message: Buffer, depth: number): Part {
  const number = CHILDREN[depth]
  if (number === undefined) return { span: message, rest: [], children: [], spans: 1 }
  const rest: Buffer[] = []
  const children: Part[] = []
  let spans = 0
  for (const field of fieldsOf(message)) {
    if (field.number !== number) {
      rest.push(field.whole)
    } else if (field.payload !== undefined) {
      const child = read(field.payload, depth + 1)
      children.push(child)
      spans += child.spans
    }
  }
  return { span: undefined, rest, children, spans }
}

function encode(request: Part, from: number, to: number): Encoded {
  const pieces: Buffer[] = []
  write(request, 0, from, to, pieces)
  return { body: Buffer.concat(pieces), spans: to - from }
}

/** The spans from a number to a number, with all that stands around them. Returns how many bytes they have. */
function write(part: Part, depth: number, from: number, to: number, pieces: Buffer[]): number {
  let size = 0
  const push = (piece: Buffer) => {
    pieces.push(piece)
    size += piece.length
  }
  if (part.span !== undefined) push(part.span)
  for (const piece of part.rest) push(piece)
  let first = 0
  for (const child of part.children) {
    const last = first + child.spans
    if (first < to && last > from && child.spans > 0) {
      const place = pieces.push(EMPTY) - 1
      const length = write(child, depth + 1, from - first, to - first, pieces)
      const head = headOf(CHILDREN[depth] ?? 0, length)
      pieces[place] = head
      size += head.length + length
    }
    first = last
  }
  return size
}

const EMPTY = Buffer.alloc(0)

/** The tag and the length that stand before a message. */
function headOf(number: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(1 + varintSize(length))
  head[0] = number * 8 + 2
  writeVarint(head, 1, length)
  return head
}
