import { crc32 } from 'node:zlib'
import type { BodyFormat, Encoded } from '../encoder/codec.ts'
import { RECORD_HEADER_BYTES, recordHeader, SEGMENT_HEADER_BYTES, segmentHeader } from '../journal/index.ts'

/** The bodies of one request that was rejected for good. */
export interface DeadLetter {
  readonly format: BodyFormat
  readonly bodies: readonly Buffer[]
  readonly spans: number
}

/** Of how many spans a body has, only the sum over a request is known: they are spread evenly. */
export const spansOfBody = (spans: number, index: number, bodies: number): number =>
  Math.floor((spans * (index + 1)) / bodies) - Math.floor((spans * index) / bodies)

/** The parts of the file of a letter, which is a segment. */
export function fileOf({ format, bodies, spans }: DeadLetter, epoch: number): Buffer[] {
  const records = bodies.map((body, index) => ({ body, spans: spansOfBody(spans, index, bodies.length) }))
  return segmentOf(format, records, epoch)
}

/** The parts of a segment with these records, all of which count as queued at one time. */
export function segmentOf(format: BodyFormat, records: readonly Encoded[], epoch: number): Buffer[] {
  const parts = [segmentHeader(format)]
  let offset = SEGMENT_HEADER_BYTES
  for (const { body, spans } of records) {
    const { length } = body
    const sizes = { bytes: length, storedBytes: length, crc: crc32(body) }
    parts.push(recordHeader({ format, compression: 'none', spans, epoch, ...sizes }, offset), body)
    offset += RECORD_HEADER_BYTES + length
  }
  return parts
}
