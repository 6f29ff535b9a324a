import type { PartialSuccess } from '../codec.ts'

/** ExportTraceServiceResponse in JSON. Throws for what is none. */
export function readJsonAnswer(body: Buffer): PartialSuccess {
  const { partialSuccess } = JSON.parse(body.toString()) as {
    partialSuccess?: Record<string, unknown> | null
  }
  const message = partialSuccess?.['errorMessage']
  return {
    rejectedSpans: countOf(partialSuccess?.['rejectedSpans']),
    message: typeof message === 'string' ? message : '',
  }
}

/** An int64: the protocol writes digits in a string, and everybody else a number. */
function countOf(value: unknown): number {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : 0
}
