import type { IncomingHttpHeaders } from 'node:http'
import type { BodyFormat } from '../otlp/codec.ts'
import { codecOf } from '../otlp/index.ts'
import { retryAfterMillis } from './retry-after.ts'
import type { Answer } from './types.ts'

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: readonly number[] = [429, 502, 503, 504]
const TOO_LARGE = 413

/** What became of a request that was answered. */
export function answerOf(
  format: BodyFormat,
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Answer {
  if (status >= 200 && status < 300) {
    const { rejectedSpans = 0, message = '' } =
      codecOf(format).readAnswer(body, headers['content-type']) ?? {}
    return { kind: 'accepted', rejectedSpans, message }
  }
  if (RETRYABLE.includes(status)) {
    const afterMillis = retryAfterMillis(headers['retry-after'], Date.now())
    return { kind: 'retry', reason: String(status), status, afterMillis }
  }
  return status === TOO_LARGE ? { kind: 'too-large' } : { kind: 'refused', status, message: body.toString() }
}

/** What became of one that was not. */
export const unanswered = (reason: string): Answer => ({
  kind: 'retry',
  reason,
  status: undefined,
  afterMillis: undefined,
})
