import type { BodyFormat } from '../../encoder/codec.ts'
import {
  MAX_SEGMENT_BYTES,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentOf,
} from '../../journal/index.ts'

/** The bodies of one request that was rejected for good. */
export interface DeadLetter {
  readonly format: BodyFormat
  readonly bodies: readonly Buffer[]
  readonly spans: number
}

/** Of how many spans a body has, only the sum over a request is known: they are spread evenly. */
export const spansOfBody = (spans: number, index: number, bodies: number): number =>
  Math.floor((spans * (index + 1)) / bodies) - Math.floor((spans * index) / bodies)

/** Splits a letter whose file would be longer than a segment: each of its bodies has the resource of its spans. */
export function partsOf({ format, bodies, spans }: DeadLetter): DeadLetter[] {
  const parts: { format: BodyFormat; bodies: Buffer[]; spans: number }[] = []
  let room = 0
  for (const [index, body] of bodies.entries()) {
    const bytes = RECORD_HEADER_BYTES + body.length
    let part = parts.at(-1)
    if (part === undefined || bytes > room) {
      part = { format, bodies: [], spans: 0 }
      parts.push(part)
      room = MAX_SEGMENT_BYTES - SEGMENT_HEADER_BYTES
    }
    part.bodies.push(body)
    part.spans += spansOfBody(spans, index, bodies.length)
    room -= bytes
  }
  return parts
}

/** The parts of the file of a letter, which is a segment. */
export function fileOf({ format, bodies, spans }: DeadLetter, epoch: number): Buffer[] {
  const records = bodies.map((body, index) => ({ body, spans: spansOfBody(spans, index, bodies.length) }))
  return segmentOf(format, records, epoch)
}
