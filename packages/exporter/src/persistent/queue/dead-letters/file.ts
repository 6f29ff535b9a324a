import type { BodyFormat } from '../../encoder/codec.ts'
import { segmentOf } from '../../journal/index.ts'

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
