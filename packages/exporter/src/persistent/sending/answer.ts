import type { IncomingHttpHeaders } from 'node:http'
import type { Codec } from '../encoder/codec.ts'
import { answerText } from './answer-text.ts'
import { retryAfterMillis } from './retry-after.ts'
import type { Answer } from './types.ts'

// The specification of OTLP names these, and no others.
const TEMPORARY = new Set([429, 502, 503, 504])

/** No answer, or none that says what became of the request. */
export const noAnswer = (reason: string): Answer => ({
  kind: 'retry',
  reason,
  status: undefined,
  afterMillis: undefined,
})

/** The code of a network's error, else its name. */
export function nameOfError(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  if (typeof code === 'string' && code !== '') return code
  return typeof name === 'string' && name !== '' ? name : 'error'
}

/** What an answer means. `body` is as much of it as was read. */
export function readAnswer(status: number, headers: IncomingHttpHeaders, body: Buffer, codec: Codec): Answer {
  if (status >= 200 && status < 300) {
    const partial = body.length > 0 ? codec.readAnswer(body, headers['content-type']) : undefined
    return {
      kind: 'accepted',
      rejectedSpans: partial?.rejectedSpans ?? 0,
      message: partial?.message ?? '',
    }
  }
  if (TEMPORARY.has(status)) {
    const afterMillis = retryAfterMillis(headers['retry-after'], headers.date)
    return { kind: 'retry', reason: String(status), status, afterMillis }
  }
  if (status === 413) return { kind: 'too-large' }
  return { kind: 'refused', status, message: answerText(body, headers['content-type']) }
}
